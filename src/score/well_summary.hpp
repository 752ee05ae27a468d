#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "gwsd/score/moments.hpp"
#include "score/quantile.hpp"

namespace gwsd::score {

/// The finite values, ascending.
inline std::vector<double> sorted_values(std::vector<double> values)
{
    std::erase_if(values, [](double value) { return !std::isfinite(value); });
    std::sort(values.begin(), values.end());
    return values;
}

inline double median(const std::vector<double>& sorted) { return quantile(sorted, 0.5); }

/// Share of the sorted values above a limit; NaN if there is none.
inline double share_above(const std::vector<double>& sorted, double limit)
{
    if (sorted.empty()) return not_defined;
    const auto above = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), limit);
    return static_cast<double>(above) / static_cast<double>(sorted.size());
}

} // namespace gwsd::score
