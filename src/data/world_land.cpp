// The cells of the built-in world: relief, coast, climate, soil and aquifer of each place.
#include <algorithm>
#include <cmath>
#include <numbers>

#include "gwsd/core/parallel.hpp"
#include "gwsd/data/world/climate.hpp"
#include "gwsd/data/world/land_model.hpp"
#include "gwsd/data/world/relief.hpp"
#include "world_fields.hpp"

namespace gwsd::data::world {
namespace {

Place place_of(double lat, double lon)
{
    const double rad = std::numbers::pi / 180.0, c = std::cos(lat * rad);
    return {static_cast<float>(c * std::cos(lon * rad)), static_cast<float>(c * std::sin(lon * rad)),
            static_cast<float>(std::sin(lat * rad))};
}

// Hills and river valleys below the half-degree relief, in metres: higher where the relief is rough.
float relief_detail(NoiseKey key, const Place& place, float roughness)
{
    const float hills = Octaves{90, 3, 0.9F}(key.with(field::hills), place);
    const float course = gradient_noise(key.with(field::rivers), place, 6371.0F / 260.0F);
    const float river = std::exp(-(course / 0.16F) * (course / 0.16F));
    return (75.0F + 0.5F * roughness) * (0.85F * hills - 1.5F * river + 0.2F);
}

// Precipitation where the wind climbs: trades from the east, westerlies beyond 30 degrees.
float orographic_lift(double lat, double lon, float elevation, float detail)
{
    const Relief& relief = Relief::earth();
    const auto wind = static_cast<float>(-std::cos(3.0 * lat * std::numbers::pi / 180.0));
    const float rise =
        std::max(0.0F, relief.elevation(lat, lon + 0.7)) - std::max(0.0F, relief.elevation(lat, lon - 0.7));
    const float climb = std::clamp(0.0009F * wind * rise, -0.8F, 0.8F);
    const float height = 0.18F * std::min(elevation, 2500.0F) / 1000.0F;
    return std::exp(climb + height + 0.05F * std::tanh(detail / 130.0F));
}

} // namespace

LandModel::LandModel(std::uint64_t seed, std::vector<double> lats, std::vector<double> lons, double unseen)
    : key_(NoiseKey{0x67575344U}.with(static_cast<std::uint32_t>(seed)).with(static_cast<std::uint32_t>(seed >> 32))),
      unseen_(0.45F * static_cast<float>(unseen)),
      lats_(std::move(lats)),
      lons_(std::move(lons))
{
    const auto total = static_cast<std::size_t>(rows() * cols());
    land_fraction_.resize(total);
    elevation_.resize(total);
    std::vector<float> detail(total);
    const Relief& relief = Relief::earth();
    parallel_for(rows(), 1, [&](Index from, Index to) {
        for (Index row = from; row < to; ++row)
            for (Index col = 0; col < cols(); ++col) {
                const auto at = static_cast<std::size_t>(row * cols() + col);
                const double lat = lats_[static_cast<std::size_t>(row)], lon = lons_[static_cast<std::size_t>(col)];
                detail[at] = relief_detail(key_, place_of(lat, lon), relief.roughness(lat, lon));
                const float smooth = relief.elevation(lat, lon);
                // Near the sea hills move the coast; further inland no river valley drowns.
                const float shore = smooth + 0.25F * std::clamp(detail[at], -160.0F, 160.0F);
                const float height = smooth > 60.0F ? std::max(1.0F, smooth + detail[at]) : std::max(1.0F, shore);
                land_fraction_[at] = smooth > 60.0F ? 1.0F : std::clamp(0.5F + shore / 40.0F, 0.0F, 1.0F);
                elevation_[at] = land_fraction_[at] > 0 ? height : 0.0F;
            }
    });
    std::vector<Index> land;
    for (std::size_t at = 0; at < total; ++at)
        if (land_fraction_[at] > 0) land.push_back(static_cast<Index>(at));
    cells_.resize(land.size());
    state_.resize(land.size());
    for (auto& coordinate : place_) coordinate.resize(land.size());
    parallel_for(std::ssize(land), 64, [&](Index from, Index to) {
        for (Index i = from; i < to; ++i) {
            const Index at = land[static_cast<std::size_t>(i)];
            const Cell& cell = cells_[static_cast<std::size_t>(i)] =
                make_cell(at / cols(), at % cols(), detail[static_cast<std::size_t>(at)]);
            for (const auto& [k, value] : {std::pair{0U, cell.place.x}, {1U, cell.place.y}, {2U, cell.place.z}})
                place_[k][static_cast<std::size_t>(i)] = value;
        }
    });
    restart();
}

LandModel::Cell LandModel::make_cell(Index row, Index col, float detail) const
{
    const double lat = lats_[static_cast<std::size_t>(row)], lon = lons_[static_cast<std::size_t>(col)];
    const Relief& relief = Relief::earth();
    Cell cell;
    cell.at = row * cols() + col;
    cell.place = place_of(lat, lon);
    cell.elevation = elevation_[static_cast<std::size_t>(cell.at)];
    cell.continentality = relief.continentality(lat, lon);
    cell.abs_sine = std::abs(cell.place.z);
    const auto noise = [&](std::uint32_t name, const Octaves& octaves) { return octaves(key_.with(name), cell.place); };

    const Site site{static_cast<float>(lat), cell.elevation, cell.continentality,
                    noise(field::wetness, {3500, 4, 0.5F}), orographic_lift(lat, lon, cell.elevation, detail)};
    float annual = 0;
    for (int month = 1; month <= 12; ++month) {
        const auto m = static_cast<std::size_t>(month - 1);
        cell.temperature[m] = expected_temperature(site, month);
        cell.precipitation[m] = expected_precipitation(site, month);
        annual += cell.precipitation[m];
    }
    cell.spread = 0.40F + 0.35F * std::exp(-annual / 600.0F);

    const float texture = std::tanh(noise(field::texture, {1500, 4, 0.5F}));
    cell.wilting = 0.06F + 0.025F * texture;
    cell.porosity = 0.43F + 0.05F * texture;
    cell.capacity = 170.0F + 50.0F * texture;

    // Water gathers in valleys and leaves ridges; this part holds everywhere and shows in the relief.
    cell.valley = std::exp(-1.75F * std::tanh(detail / 100.0F) - 0.4F);
    // The rest is rock, which no predictor shows.
    const float rock = noise(field::rock, {900, 6, 0.87F}), depth = noise(field::depth, {1400, 5, 0.7F});
    cell.fast_response = std::exp(0.42F * rock - 0.09F);
    cell.slow_share = 0.05F + 0.15F / (1.0F + std::exp(-1.5F * depth));
    cell.slow_response = std::exp(0.3F * noise(field::aquifer, {900, 6, 0.8F}) - 0.05F);
    cell.delay = 0.3F + 1.2F / (1.0F + std::exp(-depth));
    cell.fast_memory = 3.5F * std::exp(0.3F * depth);
    cell.slow_memory = 40.0F * std::exp(0.5F * noise(field::memory, {1400, 4, 0.6F}));

    // Wells pump for irrigation in dry plains, in patches.
    const float dry =
        std::clamp(1.4F - annual / 1100.0F, 0.0F, 1.0F) * std::clamp((annual - 120.0F) / 200.0F, 0.0F, 1.0F);
    const float plain = std::clamp(1.3F - cell.elevation / 1200.0F, 0.0F, 1.0F) *
                        std::clamp((0.85F - cell.abs_sine) / 0.1F, 0.0F, 1.0F);
    cell.pumping = 4.0F * dry * plain * std::max(0.0F, noise(field::wells, {800, 6, 0.8F}) - 0.7F);
    cell.pumping_season = cell.place.z < 0 ? -1.0F : 1.0F;
    return cell;
}

} // namespace gwsd::data::world
