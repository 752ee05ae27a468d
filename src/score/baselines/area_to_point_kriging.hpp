#pragma once

#include <cstdint>
#include <span>
#include <unordered_map>
#include <vector>

#include "score/baselines/block_covariance.hpp"

namespace gwsd::score {

struct KrigingOptions {
    Index radius = 2; ///< coarse cells on each side that a fine cell is estimated from: 2 gives 5 x 5; at most 3
};

/// Ordinary area-to-point kriging (Kyriakidis 2004): the value of a point u is the combination sum l_i z_i of the valid
/// coarse cells V_i around the one that holds it, of least error variance among those whose weights add to 1,
///     sum over j of C(V_i, V_j) l_j + m = C(V_i, u) for all i,  sum of l_j = 1.
/// All points of a cell have the same neighbours, so the area-weighted mean of their estimates is the cell's own value.
/// Weights depend on the row and on which neighbours are valid alone; they are kept from one step to the next.
class AreaToPointKriging {
public:
    /// `wanted`, [coarse cells]: estimates are made where it is above 0; empty: everywhere.
    AreaToPointKriging(const geo::Grid& coarse, Index factor, const SphericalCovariance& model,
                       std::span<const float> wanted = {}, const KrigingOptions& options = {});

    /// coarse is [coarse cells], NaN where missing; fine is [fine cells]: NaN where no estimate is wanted or no
    /// neighbour is valid. Not to be called by two threads at once.
    void apply(std::span<const float> coarse, std::span<float> fine) const;

private:
    /// Covariances of the cells and points around row `row`, by rows and columns apart.
    struct Row {
        std::vector<double> blocks; ///< [rows of neighbours, rows of neighbours, columns apart]
        std::vector<double> points; ///< [rows of neighbours, columns of neighbours, points of the middle cell]
    };
    Row row_of(const BlockCovariance& covariance, Index row) const;
    /// [points, valid neighbours] for neighbours given by the bits of `pattern`.
    std::vector<float> solve(const Row& row, std::uint64_t pattern) const;
    /// Bits of the valid neighbours, whose values go to `values`.
    std::uint64_t neighbours(std::span<const float> coarse, Index row, Index col, std::vector<double>& values) const;

    geo::Grid coarse_;
    Index factor_, radius_, side_;
    std::vector<char> wanted_;
    std::vector<Row> rows_;
    mutable std::vector<std::unordered_map<std::uint64_t, std::vector<float>>> weights_; ///< of each row, by pattern
};

} // namespace gwsd::score
