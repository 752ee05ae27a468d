#pragma once

#include <cstdint>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::infer {

/// Rows or columns of a fine grid cut into blocks, and the weights of linear interpolation between block centres: fine
/// index i takes 1 - share[i] of block own[i] and share[i] of the block beside it on the side of step[i].
struct BlockAxis {
    Index blocks = 0;
    bool wraps = false;
    std::vector<Index> own;
    std::vector<int> step; ///< -1, 1, or 0 where there is no other block
    std::vector<double> share;

    Index size() const { return static_cast<Index>(own.size()); }
    Index beside(Index block, int side) const
    {
        const Index other = block + side;
        return wraps ? (other + blocks) % blocks : other;
    }
};

/// Blocks of `size` indices whose edges lie at multiples of it, where `first` is the multiple-counting index of fine
/// index 0. On a wrapping axis the last block is narrower if `size` does not divide the circle.
BlockAxis block_axis(Index count, Index size, Index first, bool wraps);

} // namespace gwsd::infer
