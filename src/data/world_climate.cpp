#include <algorithm>
#include <cmath>
#include <numbers>

#include "gwsd/data/world/climate.hpp"

namespace gwsd::data::world {
namespace {

constexpr float pi = std::numbers::pi_v<float>;

// Cosine of the year with its top in month `peak`.
float season(int month, float peak) { return std::cos(2 * pi * (static_cast<float>(month) - peak) / 12.0F); }

float bell(float distance, float width) { return std::exp(-(distance / width) * (distance / width)); }

} // namespace

float expected_temperature(const Site& site, int month)
{
    const float s = std::sin(site.latitude * pi / 180.0F), a = std::abs(s);
    const float annual_mean = 301.0F - 48.0F * a * a * a - 3.0F * site.continentality * a;
    const float amplitude = (2.0F + (5.0F + 20.0F * site.continentality) * a) * (s < 0 ? -1.0F : 1.0F);
    const float peak = 8.2F - site.continentality;
    return annual_mean + amplitude * season(month, peak) - 0.0065F * site.elevation;
}

float expected_precipitation(const Site& site, int month)
{
    const float itcz = 2.0F + (6.0F + 4.0F * site.continentality) * season(month, 7.7F);
    const float north = site.latitude < 0 ? -1.0F : 1.0F, poleward = std::abs(site.latitude);
    const float summer = north * season(month, 7.3F); // 1 in the summer of the hemisphere
    const float storm_track = 48.0F + 5.0F * summer;
    // Rain falls in winter by the sea and in summer inland.
    const float storms =
        54.0F * bell(poleward - storm_track, 15.0F) * (1.0F + summer * (0.75F * site.continentality - 0.35F));
    const float tropics = 230.0F * bell(site.latitude - itcz, 11.0F);
    const float elsewhere = 6.0F + 14.0F * bell(poleward - 60.0F, 25.0F) * (1.0F + 0.4F * summer);
    return (tropics + storms + elsewhere) * site.lift * std::exp(0.35F * site.wetness - 0.06F);
}

float potential_evaporation(float temperature)
{
    const float celsius = temperature - 273.15F;
    return celsius <= -5.0F ? 2.0F : 2.0F + 0.16F * (celsius + 5.0F) * (celsius + 5.0F);
}

float surface_pressure(float sea_level, float elevation, float temperature)
{
    // Hypsometric equation with the mean temperature of the layer below the ground, 6.5 K/km.
    const float mean = temperature + 0.00325F * elevation;
    return sea_level * std::exp(-9.80665F * elevation / (287.05F * mean));
}

} // namespace gwsd::data::world
