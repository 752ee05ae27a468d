#pragma once

#include "score/evaluation.hpp"
#include "score/method_sums.hpp"

namespace gwsd::score {

/// A method's sums with its name.
struct NamedSums {
    std::string name, kind;
    MethodSums sums;
};

/// Scores of set s with their bootstrap intervals (SPEC 6); a set without any pair has no methods.
SetResult summarise(const ScoredCells& cells, std::size_t s, const std::vector<NamedSums>& methods,
                    const TruthSums& truth, Index replicates, std::uint64_t seed);

} // namespace gwsd::score
