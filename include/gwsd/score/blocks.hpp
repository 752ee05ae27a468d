#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/score/moments.hpp"

namespace gwsd::score {

/// All additive sums of one method in one block of the bootstrap.
struct BlockSums {
    Moments pairs;
    SubgridSums subgrid;
    double crps = 0, sigma_weight = 0, covered_90 = 0; ///< over cells that have a standard error

    BlockSums& operator+=(const BlockSums& o)
    {
        pairs += o.pairs, subgrid += o.subgrid;
        crps += o.crps, sigma_weight += o.sigma_weight, covered_90 += o.covered_90;
        return *this;
    }
};

struct Interval {
    double low = not_defined, high = not_defined;
};

/// Block bootstrap (Kuensch 1989; in space and time): blocks are drawn with replacement, as many as there are, and each
/// statistic is computed from the drawn sums. blocks[b][m] are the sums of method m in block b: every replicate draws
/// the same blocks for all methods, so differences between methods are paired. `statistics` maps the sums of all
/// methods to the numbers whose intervals are wanted; the result has one percentile interval of probability `level` for
/// each. Fewer than 5 blocks give no interval (NaN). Same seed, same bits, whatever the number of threads.
std::vector<Interval> block_bootstrap(
    const std::vector<std::vector<BlockSums>>& blocks,
    const std::function<std::vector<double>(const std::vector<BlockSums>&)>& statistics, std::uint64_t seed,
    int replicates = 1000, double level = 0.95);

} // namespace gwsd::score
