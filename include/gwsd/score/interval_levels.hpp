#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

#include "gwsd/core/error.hpp"

namespace gwsd::score {

/// How often truths lay inside the central Gaussian intervals of 5, 10, .. 95 % when the forecast was calibrated: the
/// isotonic map from predicted to observed probability of Kuleshov et al. (2018), in its form for intervals about the
/// mean. One standard deviation cannot say that errors have heavy tails; this can. Linear between the levels, 0 at 0, 1
/// at 1.
class IntervalLevels {
public:
    static constexpr int levels = 19;

    /// Reads 19 ascending numbers with blanks between them, the attribute gwsd_observed_levels of a prediction. Throws
    /// DataError naming `where`.
    static IntervalLevels parse(const std::string& text, const std::string& where)
    {
        IntervalLevels map;
        const char *at = text.data(), *end = at + text.size();
        for (std::size_t i = 1; i <= levels; ++i) {
            while (at != end && *at == ' ') ++at;
            const auto read = std::from_chars(at, end, map.observed_[i]);
            if (read.ec != std::errc{} || !(map.observed_[i] >= map.observed_[i - 1] && map.observed_[i] <= 1))
                throw DataError(where + ": '" + text + "' is not 19 ascending numbers from 0 to 1");
            at = read.ptr;
        }
        while (at != end && *at == ' ') ++at;
        if (at != end) throw DataError(where + ": '" + text + "' holds more than 19 numbers");
        map.observed_[levels + 1] = 1;
        return map;
    }

    /// Calibrated probability of the central interval whose Gaussian probability is `nominal`, 0 to 1.
    double observed(double nominal) const
    {
        const double place = std::clamp(nominal, 0.0, 1.0) * (levels + 1);
        const auto i = std::min(static_cast<std::size_t>(place), std::size_t{levels});
        return observed_[i] + (place - static_cast<double>(i)) * (observed_[i + 1] - observed_[i]);
    }

    /// Calibrated form of a Gaussian probability integral transform, 0 to 1.
    double transform(double u) const { return 0.5 + std::copysign(0.5 * observed(std::abs(2 * u - 1)), u - 0.5); }

private:
    std::array<double, levels + 2> observed_{};
};

} // namespace gwsd::score
