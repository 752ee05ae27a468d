#include "gwsd/score/blocks.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "score/quantile.hpp"

namespace gwsd::score {

std::vector<Interval> block_bootstrap(
    const std::vector<std::vector<BlockSums>>& blocks,
    const std::function<std::vector<double>(const std::vector<BlockSums>&)>& statistics, std::uint64_t seed,
    int replicates, double level)
{
    if (blocks.empty()) return {};
    const std::size_t methods = blocks.front().size();
    const std::size_t wanted = statistics(std::vector<BlockSums>(methods)).size();
    std::vector<Interval> intervals(wanted);
    if (blocks.size() < 5) return intervals;

    std::vector<std::vector<double>> drawn(static_cast<std::size_t>(replicates));
    parallel_for(replicates, 1, [&](Index begin, Index end) {
        for (Index replicate = begin; replicate < end; ++replicate) {
            Random random(seed, static_cast<std::uint64_t>(replicate) + 1);
            std::vector<BlockSums> sums(methods);
            for (std::size_t draw = 0; draw < blocks.size(); ++draw) {
                const auto& block = blocks[random.below(blocks.size())];
                for (std::size_t m = 0; m < methods; ++m) sums[m] += block[m];
            }
            drawn[static_cast<std::size_t>(replicate)] = statistics(sums);
        }
    });
    for (std::size_t s = 0; s < wanted; ++s) {
        std::vector<double> values;
        for (const auto& replicate : drawn)
            if (std::isfinite(replicate[s])) values.push_back(replicate[s]);
        if (values.size() < drawn.size() / 2 || values.size() < 2) continue;
        std::sort(values.begin(), values.end());
        intervals[s] = {quantile(values, 0.5 - level / 2), quantile(values, 0.5 + level / 2)};
    }
    return intervals;
}

} // namespace gwsd::score
