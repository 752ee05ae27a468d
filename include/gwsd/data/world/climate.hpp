#pragma once

namespace gwsd::data::world {

/// What the climate of a place depends on.
struct Site {
    float latitude = 0;       ///< degrees north
    float elevation = 0;      ///< metres
    float continentality = 0; ///< 0..1
    float wetness = 0;        ///< long-lived difference from the zonal climate, about N(0, 1)
    float lift = 0;           ///< orographic factor of precipitation, about 1
};

/// Expected air temperature at 2 m in K; `month` is 1..12.
float expected_temperature(const Site& site, int month);
/// Expected precipitation in mm/month of 30.4 days.
float expected_precipitation(const Site& site, int month);
/// Potential evaporation in mm/month at a temperature in K.
float potential_evaporation(float temperature);
/// Pressure at the ground in Pa for a pressure at sea level, a height in metres and a temperature in K at the ground.
float surface_pressure(float sea_level, float elevation, float temperature);

} // namespace gwsd::data::world
