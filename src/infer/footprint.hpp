#pragma once

#include <span>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::infer {

/// Sums over Gaussian footprints on the sphere: out_i = sum_j exp(-ln 2 (distance_ij / half width)^2) in_j, cut where
/// the kernel falls below 1/500. The grid has columns of one width.
class FootprintSum {
public:
    /// width_km: full width at half the weight.
    FootprintSum(const geo::Grid& grid, double width_km);

    /// in and out are [cells]; out is computed where `wanted` is not 0 and is 0 elsewhere.
    std::vector<double> operator()(std::span<const double> in, std::span<const std::uint8_t> wanted) const;

private:
    struct Band {
        Index row = 0;              ///< of the source
        std::vector<double> kernel; ///< by distance in columns, 0 first
    };
    Index rows_, cols_;
    bool periodic_;
    std::vector<std::vector<Band>> bands_; ///< of each target row
};

/// Values of coarse cells, smooth at footprint scale, whose footprint means approach those of `target` (NaN: unknown):
/// `iterations` times corrected by the footprint mean of what is left (van Cittert 1931). Means are weighted by
/// `weight` (0: no land) times `precision`. Over land without a target the values fade to zero.
std::vector<double> fit_footprints(const FootprintSum& footprint, std::span<const double> weight,
                                   std::span<const double> target, std::span<const double> precision, Index iterations);

} // namespace gwsd::infer
