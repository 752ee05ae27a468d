#pragma once

#include <span>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/score/mann_kendall.hpp"
#include "gwsd/score/seasonal.hpp"
#include "gwsd/score/sen_slope.hpp"

namespace gwsd::score {

/// Trend of a monthly series by ranks: whether there is one, and how large it is.
struct RankTrend {
    MannKendall test;
    SenSlope slope; ///< unit a year
};

/// Mann-Kendall test, with the variance of Hamed and Rao (1998), and Sen's slope of the series without its annual
/// cycle. months ascend, one value a month, no NaN. Fewer than 24 values give no trend.
inline RankTrend rank_trend(std::span<const geo::Month> months, std::span<const double> values)
{
    const std::vector<double> series = without_cycle(months, values);
    if (series.empty()) return {};
    const std::vector<double> slopes = pair_slopes(months, series);
    const MannKendall test = mann_kendall(months, series, slopes);
    return {test, sen_slope(slopes, test.variance)};
}

} // namespace gwsd::score
