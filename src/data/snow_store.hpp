#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <utility>

namespace gwsd::data {

/// Snow that lies on a place, in mm of water, from what monthly means tell: days of a month differ about its mean
/// temperature by a standard deviation of 4.5 K, so that a month at 0 C has days of snow and days of thaw. Snow falls
/// on days below 1 C (Jennings et al. 2018), and 4 mm of it melt for each degree-day above 0 C (Hock 2003), whose sum
/// is expected as in Calov and Greve (2005).
struct SnowStore {
    static constexpr double spread = 4.5;            ///< K, of days within a month
    static constexpr double falls_below = 1;         ///< C
    static constexpr double melt_of_degree_day = 4;  ///< mm
    static constexpr double days = 30.4375;          ///< of a month
    static constexpr double nothing_lies_above = 20; ///< C

    /// Rain and melt of a month, mm: what reaches the ground as water. Moves `snow` on by that month.
    static float water(float precipitation, double celsius, float& snow)
    {
        if (celsius > nothing_lies_above) return precipitation + std::exchange(snow, 0.0F);
        const double p = static_cast<double>(precipitation), falls = p * share(celsius);
        const double lies = static_cast<double>(snow) + falls;
        const double melts = std::min(lies, melt_of_degree_day * days * degrees_above_zero(celsius));
        snow = static_cast<float>(lies - melts);
        return static_cast<float>(p - falls + melts);
    }

    /// Share of a month's precipitation that falls as snow.
    static double share(double celsius)
    {
        return 0.5 * std::erfc((celsius - falls_below) / (std::numbers::sqrt2 * spread));
    }

    /// Mean over a month's days of max(0, temperature), K.
    static double degrees_above_zero(double celsius)
    {
        const double z = celsius / (std::numbers::sqrt2 * spread);
        return spread * std::numbers::inv_sqrtpi / std::numbers::sqrt2 * std::exp(-z * z) +
               0.5 * celsius * std::erfc(-z);
    }
};

} // namespace gwsd::data
