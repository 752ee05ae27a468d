#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/score/moments.hpp"

namespace gwsd::score {

/// The two-sided 95 % point of the normal distribution.
inline constexpr double normal_95 = 1.959963984540054;

/// Slopes (x_j - x_i) / (t_j - t_i) of all pairs of months, in unit a year, ascending. Months ascend, values have no
/// NaN.
inline std::vector<double> pair_slopes(std::span<const geo::Month> months, std::span<const double> values)
{
    std::vector<double> slopes;
    slopes.reserve(values.size() * (values.size() + 1) / 2);
    for (std::size_t j = 1; j < values.size(); ++j)
        for (std::size_t i = 0; i < j; ++i)
            slopes.push_back(12.0 * (values[j] - values[i]) / (months[j].index - months[i].index));
    std::sort(slopes.begin(), slopes.end());
    return slopes;
}

/// Sen's slope and its interval, in unit a year.
struct SenSlope {
    double per_year = not_defined, low = not_defined, high = not_defined;
};

/// Sen (1968): the median of the sorted slopes. The 95 % interval is that of Gilbert (1987, section 16.5): with N'
/// slopes and C = 1.96 sqrt(variance of S), the limits are the slopes of rank (N' - C) / 2 and (N' + C) / 2 + 1,
/// interpolated between ranks. variance is that of Mann-Kendall's S; where it counts memory, so does the interval.
/// Limits beyond the outermost slopes are not defined.
inline SenSlope sen_slope(const std::vector<double>& slopes, double variance)
{
    SenSlope result;
    if (slopes.empty()) return result;
    const auto ranked = [&](double rank) { // 1 is the smallest
        if (!(rank >= 1) || rank > static_cast<double>(slopes.size())) return not_defined;
        const auto below = static_cast<std::size_t>(rank) - 1, above = std::min(below + 1, slopes.size() - 1);
        return slopes[below] + (rank - std::floor(rank)) * (slopes[above] - slopes[below]);
    };
    const double count = static_cast<double>(slopes.size()), half = normal_95 * std::sqrt(variance) / 2;
    result.per_year = ranked((count + 1) / 2);
    result.low = ranked(count / 2 - half);
    result.high = ranked(count / 2 + half + 1);
    return result;
}

} // namespace gwsd::score
