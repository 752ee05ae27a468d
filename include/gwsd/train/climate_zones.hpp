#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/io/cube.hpp"

namespace gwsd::train {

/// Classes of places that are alike in climate: terciles of mean precipitation times terciles of mean temperature, or,
/// where a cube lacks one of these predictors, bands of latitude.
struct ClimateZones {
    std::string precipitation, temperature; ///< predictors; both empty: bands of latitude
    std::array<double, 2> rain_edges{}, temperature_edges{};
    std::string period; ///< whose months make the means, "YYYY-MM:YYYY-MM"

    static constexpr std::array<double, 2> latitude_edges{23.5,
                                                          50}; ///< degrees from the equator: tropics, middle, cold

    bool by_climate() const { return !precipitation.empty(); }
    /// By climate the last zone is that of cells of which precipitation or temperature is never known.
    Index count() const { return by_climate() ? 10 : 3; }
};

/// Terciles over the coarse cells of the cube that hold a usable fine cell, weighted by area. Predictor `precipitation`
/// and "t2m" make them where both are among `predictors` and known somewhere.
ClimateZones fit_zones(const io::FieldSource& cube, const std::vector<std::string>& predictors,
                       const std::string& precipitation, const std::string& period, const std::vector<char>& usable);

/// The zone of each fine cell, 0 to count() - 1. Means are those over the cube's steps in zones.period, or over all of
/// its steps if it has none of these; they are taken on the coarse grid. Throws DataError without the predictors.
std::vector<std::uint8_t> zone_of_cells(const ClimateZones& zones, const io::FieldSource& cube);

/// 0 to 3: December to February, March to May, ... in the north; half a year later in the south.
inline Index season_of(int month, double lat) { return (month % 12 / 3 + (lat < 0 ? 2 : 0)) % 4; }

} // namespace gwsd::train
