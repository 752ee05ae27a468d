#pragma once

#include <algorithm>
#include <cmath>
#include <span>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/geo/calendar.hpp"
#include "gwsd/score/moments.hpp"

namespace gwsd::score {

/// Sums over pairs of a at month t + lag and b at month t. months ascend and are those of both series; a pair whose
/// partner is missing is left out.
inline Moments lagged_moments(std::span<const geo::Month> months, std::span<const double> a, std::span<const double> b,
                              int lag)
{
    Moments m;
    for (std::size_t i = 0, j = 0; i < months.size(); ++i) {
        while (j < months.size() && months[j].index < months[i].index - lag) ++j;
        if (j < months.size() && months[j].index == months[i].index - lag) m.add(1, a[i], b[j]);
    }
    return m;
}

/// Correlation of a series with itself a month later; 0 where it is not known.
inline double month_to_month(std::span<const geo::Month> months, std::span<const double> values)
{
    const Moments m = lagged_moments(months, values, values, 1);
    const double r = m.n >= 3 ? m.correlation() : not_defined;
    return std::isfinite(r) ? r : 0.0;
}

/// Two series with memory have fewer independent pairs than pairs: a share of (1 - ab) / (1 + ab), a and b their
/// correlations from month to month (Bartlett 1946).
inline double independent_share(double memory_a, double memory_b)
{
    const double product = std::clamp(memory_a * memory_b, -0.99, 0.99);
    return (1 - product) / (1 + product);
}

/// Pearson's r of a at t + lag with b at t, with its 95 % interval (Fisher 1915) for so many independent pairs.
struct LaggedCorrelation {
    int lag = 0; ///< months; positive: a follows b
    Index n = 0; ///< pairs
    double effective_n = not_defined, r = not_defined, low = not_defined, high = not_defined;

    /// True if the interval does not hold zero.
    bool significant() const { return low > 0 || high < 0; }
};

/// Correlation of pairs whose independent number is a share of their number; fewer than `least` pairs give none.
inline LaggedCorrelation lag_correlation(const Moments& pairs, int lag, double independent_share, Index least)
{
    LaggedCorrelation result{lag, static_cast<Index>(pairs.n), not_defined, not_defined, not_defined, not_defined};
    if (result.n < least) return result;
    result.r = pairs.correlation();
    result.effective_n = std::clamp(pairs.n * independent_share, std::min(2.0, pairs.n), pairs.n);
    if (result.effective_n > 3.5 && std::abs(result.r) < 1) {
        const double z = std::atanh(result.r), half = 1.96 / std::sqrt(result.effective_n - 3);
        result.low = std::tanh(z - half), result.high = std::tanh(z + half);
    }
    return result;
}

/// The whole curve r(lag) from -max_lag to max_lag. Lag 0 needs 3 pairs, others 12, since a lag is looked for.
inline std::vector<LaggedCorrelation> lag_curve(std::span<const geo::Month> months, std::span<const double> a,
                                                std::span<const double> b, int max_lag)
{
    const double share = independent_share(month_to_month(months, a), month_to_month(months, b));
    std::vector<LaggedCorrelation> curve;
    for (int lag = -max_lag; lag <= max_lag; ++lag)
        curve.push_back(lag_correlation(lagged_moments(months, a, b, lag), lag, share, lag == 0 ? 3 : 12));
    return curve;
}

} // namespace gwsd::score
