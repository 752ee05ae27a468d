#pragma once

#include <array>
#include <span>
#include <vector>

#include "infer/block_axis.hpp"

namespace gwsd::infer {

/// Block means of a fine field and smooth fields with given block means. Fine fields are rows x cols values; block
/// fields likewise, row by row.
class BlockSpread {
public:
    /// weight: of each fine cell (area times land fraction), 0 where there is nothing.
    BlockSpread(BlockAxis rows, BlockAxis cols, std::span<const double> weight);

    Index blocks() const { return rows_.blocks * cols_.blocks; }
    bool has_weight(Index block) const { return present_[static_cast<std::size_t>(block)] != 0; }

    /// Means over the cells for which `counts` is not 0, weighted; NaN where there is none. Threads share block rows.
    std::vector<double> means(std::span<const double> field, std::span<const std::uint8_t> counts) const;

    /// Bilinear interpolation of block values at every fine cell of weight, over the blocks that have weight.
    std::vector<double> interpolate(std::span<const double> values) const;

    /// The field share * interpolate(values) whose block means over the counting cells are `wanted` (NaN: value 0),
    /// exact to rounding. `share` may be empty (all 1).
    std::vector<double> with_means(std::span<const double> wanted, std::span<const double> share,
                                   std::span<const std::uint8_t> counts) const;

private:
    using Stencil = std::array<double, 9>; ///< of a block and the eight around it, south-west first

    /// Calls work(fine cell, block, {weights of the nine blocks}) for the cells of a row of blocks.
    template <class Work>
    void each_cell(Index block_row, const Work& work) const;
    void weights_of(Index row, Index col, Stencil& weights) const;
    std::vector<Stencil> response(std::span<const double> share, std::span<const std::uint8_t> counts) const;
    std::vector<double> solve(const std::vector<Stencil>& matrix, std::span<const double> wanted) const;
    void multiply(const std::vector<Stencil>& matrix, const std::vector<double>& x, std::vector<double>& y) const;

    BlockAxis rows_, cols_;
    std::vector<Index> row_begin_; ///< first fine row of each row of blocks, and the end
    std::vector<double> weight_;
    std::vector<std::uint8_t> present_; ///< blocks with weight
};

} // namespace gwsd::infer
