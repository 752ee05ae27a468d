#pragma once

#include <array>
#include <span>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/geo/calendar.hpp"

namespace gwsd::score {

/// Offset, linear trend and annual cycle of a time series, by least squares:
/// y = offset + trend * years + a cos(2 pi years) + b sin(2 pi years).
struct Cycle {
    double offset, trend; ///< trend in unit per year
    double amplitude;     ///< of the annual cycle
    double phase;         ///< month of the year of the maximum, 0..12 (0.5 = mid January)
};

/// Years since 2000 of the middle of a month.
inline double middle_of(geo::Month month) { return month.year() - 2000 + (month.month() - 0.5) / 12.0; }

/// Fits many series at once, one step at a time. A cell that misses a step is left out of fit().
class CycleFit {
public:
    explicit CycleFit(Index cells) : right_(static_cast<std::size_t>(4 * cells)), seen_(static_cast<std::size_t>(cells))
    {
    }
    void add(geo::Month month, std::span<const float> values); ///< one value a cell, NaN where missing
    Index steps() const { return steps_; }
    /// NaN in all parts if the cell missed a step or there are fewer than 12 steps.
    Cycle fit(Index cell) const;

private:
    std::array<double, 16> normal_{};
    std::vector<double> right_;
    std::vector<int> seen_;
    Index steps_ = 0;
};

/// Difference of two phases in months, in -6..6.
double phase_difference(double a, double b);

/// Trend of one series with its standard error, which counts the lag-1 correlation of the residuals:
/// the variance is inflated by (1 + r) / (1 - r), r >= 0 (Santer et al. 2000).
struct Trend {
    double per_year, standard_error;
    Cycle cycle;
};
/// NaN values are left out; fewer than 12 of them give NaN.
Trend fit_trend(std::span<const geo::Month> months, std::span<const double> values);

} // namespace gwsd::score
