#pragma once

#include <array>
#include <span>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/score/cycle.hpp"

namespace gwsd::score {

/// A monthly series without its annual cycle. The cycle is the mean of each calendar month of the series less its
/// linear trend (fit_trend), so a record that begins in spring and ends in autumn loses none of its trend, and a cycle
/// of any shape goes. The mean and the trend stay. values are one a month, in any unit and without NaN; the result has
/// their order. Fewer than 24 values cannot tell a cycle from a trend: they give an empty series.
inline std::vector<double> without_cycle(std::span<const geo::Month> months, std::span<const double> values)
{
    if (values.size() < 24) return {};
    const double trend = fit_trend(months, values).per_year;
    std::array<double, 12> sums{}, counts{};
    double mean = 0;
    const auto level = [&](std::size_t i) { return values[i] - trend * middle_of(months[i]); };
    for (std::size_t i = 0; i < values.size(); ++i) {
        const auto k = static_cast<std::size_t>(months[i].month() - 1);
        sums[k] += level(i), counts[k] += 1, mean += level(i) / static_cast<double>(values.size());
    }
    std::vector<double> result(values.begin(), values.end());
    for (std::size_t i = 0; i < result.size(); ++i) {
        const auto k = static_cast<std::size_t>(months[i].month() - 1);
        result[i] -= sums[k] / counts[k] - mean;
    }
    return result;
}

} // namespace gwsd::score
