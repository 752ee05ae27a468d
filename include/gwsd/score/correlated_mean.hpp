#pragma once

#include <span>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::score {

/// Where a value stands, in degrees.
struct Place {
    double lat = 0, lon = 0;
};

/// Standard error of a weighted mean whose errors are correlated in space:
///     variance = sum_ij w_i w_j s_i s_j exp(-d_ij / length) / (sum_i w_i)^2,
/// with the great-circle distance d. GRACE errors are correlated over hundreds of kilometres, so that
/// s / sqrt(N) would claim far too much. More than `largest` places are gathered in blocks, each with the mean
/// correlation within it and at its centre towards the others; blocks stay well below the length for regions up to a
/// continent.
class CorrelatedMean {
public:
    /// length_km 0: errors are independent. Throws ConfigError if it is negative or no number.
    CorrelatedMean(std::span<const Place> places, double length_km, Index largest = 1500);

    /// One weight and sigma a place; places with weight 0 do not count, and a missing sigma counts as the weighted mean
    /// of the others. NaN if no place with a weight has a sigma. Throws ShapeError for other sizes.
    double standard_error(std::span<const double> weights, std::span<const double> sigma) const;

    Index blocks() const { return blocks_; }

private:
    std::vector<std::size_t> block_; ///< of each place
    Index blocks_ = 0;
    std::vector<double> correlation_; ///< blocks x blocks
    bool independent_ = false;
};

} // namespace gwsd::score
