#pragma once

#include <algorithm>
#include <cmath>
#include <numeric>
#include <span>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/score/sen_slope.hpp"

namespace gwsd::score {

/// Mann-Kendall test of a monotonic trend (Mann 1945, Kendall 1975).
struct MannKendall {
    Index n = 0;
    double s = not_defined;                  ///< pairs that rise less pairs that fall
    double tau = not_defined;                ///< s over the number of pairs, -1 to 1
    double variance = not_defined;           ///< of s if there is no trend, with ties and memory counted
    double variance_factor = not_defined;    ///< by which memory inflates it, at least 1
    double z = not_defined, p = not_defined; ///< two-sided, with the correction for continuity
};

/// Ranks from 1; ties share the mean of theirs.
inline std::vector<double> ranks_of(std::span<const double> values)
{
    std::vector<std::size_t> order(values.size());
    std::iota(order.begin(), order.end(), std::size_t{0});
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
    std::vector<double> ranks(values.size());
    for (std::size_t from = 0, to = 0; from < order.size(); from = to) {
        while (to < order.size() && values[order[to]] == values[order[from]]) ++to;
        for (std::size_t k = from; k < to; ++k) ranks[order[k]] = 0.5 * static_cast<double>(from + to + 1);
    }
    return ranks;
}

/// Factor by which memory inflates the variance of S (Hamed and Rao 1998, equation 15):
///     1 + 2 / (n (n-1) (n-2)) sum_i (n-i) (n-i-1) (n-i-2) rho_i,
/// rho_i the correlation at lag i of the ranks of the series less Sen's slope. They take every rho_i outside +-1.96 /
/// sqrt(n); here the sum ends before the first lag that is inside it or negative, so that the noise of long lags
/// neither adds to it nor takes from it. Lags are calendar months, so a gap does not bring its two sides together: a
/// lag's mean product is that of the pairs that exist.
inline double memory_factor(std::span<const geo::Month> months, std::span<const double> values, double slope_per_year)
{
    std::vector<double> rest(values.begin(), values.end());
    for (std::size_t i = 0; i < rest.size(); ++i) rest[i] -= slope_per_year / 12 * (months[i].index - months[0].index);
    std::vector<double> ranks = ranks_of(rest);
    const double n = static_cast<double>(ranks.size());
    double square = 0;
    for (double& rank : ranks) rank -= 0.5 * (n + 1), square += rank * rank / n;
    if (!(square > 0)) return 1;
    double sum = 0;
    for (int lag = 1; lag < n - 2; ++lag) {
        double product = 0, pairs = 0;
        for (std::size_t i = 0, j = 0; j < ranks.size(); ++j) {
            while (months[j].index - months[i].index > lag) ++i;
            if (months[j].index - months[i].index == lag) product += ranks[i] * ranks[j], ++pairs;
        }
        const double rho = pairs > 0 ? product / pairs / square * (n - lag) / n : 0.0;
        if (rho <= normal_95 / std::sqrt(n)) break;
        sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * rho;
    }
    return 1 + 2 * sum / (n * (n - 1) * (n - 2));
}

/// The test of one series. months ascend, one value a month, no NaN, any unit. An annual cycle counts as memory and
/// must be taken away before (seasonal.hpp). `slopes` are pair_slopes of the same series. Fewer than 4 values give no
/// test.
inline MannKendall mann_kendall(std::span<const geo::Month> months, std::span<const double> values,
                                const std::vector<double>& slopes)
{
    MannKendall test;
    test.n = std::ssize(values);
    if (test.n < 4) return test;
    const double n = static_cast<double>(test.n), pairs = n * (n - 1) / 2;
    const auto zero = std::equal_range(slopes.begin(), slopes.end(), 0.0); // a slope has the sign of its difference
    test.s = static_cast<double>((slopes.end() - zero.second) - (zero.first - slopes.begin()));
    test.tau = test.s / pairs;
    double variance = n * (n - 1) * (2 * n + 5);
    std::vector<double> sorted(values.begin(), values.end());
    std::sort(sorted.begin(), sorted.end());
    for (auto from = sorted.begin(); from != sorted.end();) {
        const auto to = std::upper_bound(from, sorted.end(), *from);
        const double tied = static_cast<double>(to - from);
        variance -= tied * (tied - 1) * (2 * tied + 5);
        from = to;
    }
    test.variance_factor = memory_factor(months, values, sen_slope(slopes, 0).per_year);
    test.variance = variance / 18 * test.variance_factor;
    if (!(test.variance > 0)) return test;
    test.z = (test.s > 0 ? test.s - 1 : test.s < 0 ? test.s + 1 : 0.0) / std::sqrt(test.variance);
    test.p = std::erfc(std::abs(test.z) / std::sqrt(2.0));
    return test;
}

} // namespace gwsd::score
