#pragma once

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"

namespace gwsd::geo {

/// A calendar month as one integer (12 * year + month - 1), so that t - 5 is a subtraction.
struct Month {
    int index = 0;

    static constexpr Month of(int year, int month) { return {12 * year + month - 1}; }
    int year() const { return index >= 0 ? index / 12 : (index - 11) / 12; }
    int month() const { return index - 12 * year() + 1; } ///< 1..12
    auto operator<=>(const Month&) const = default;
};

/// Days since 1970-01-01 of a proleptic Gregorian date.
inline std::int64_t days_from_civil(int year, int month, int day)
{
    using namespace std::chrono;
    return sys_days{std::chrono::year{year} / month / day}.time_since_epoch().count();
}

inline std::int64_t first_day(Month m) { return days_from_civil(m.year(), m.month(), 1); }
inline int days_in(Month m) { return static_cast<int>(first_day({m.index + 1}) - first_day(m)); }

inline Month month_of_day(std::int64_t days)
{
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    return Month::of(static_cast<int>(date.year()), static_cast<int>(static_cast<unsigned>(date.month())));
}

/// "2002-04"
inline std::string to_string(Month m)
{
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02d", m.year(), m.month());
    return text;
}

/// "2003-02-17" of days since 1970-01-01.
inline std::string date_text(std::int64_t days)
{
    const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{days}}};
    char text[32];
    std::snprintf(text, sizeof text, "%04d-%02u-%02u", static_cast<int>(date.year()),
                  static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()));
    return text;
}

/// A span of days, both ends included. Text form `YYYY-MM:YYYY-MM`, or `YYYY-MM-DD:YYYY-MM-DD` for products that are
/// not monthly; a single date stands for itself.
struct Period {
    std::int64_t first = 0, last = -1; ///< days since 1970-01-01

    bool empty() const { return last < first; }
    bool contains(std::int64_t day) const { return day >= first && day <= last; }
    Month first_month() const { return month_of_day(first); }
    Month last_month() const { return month_of_day(last); }

    /// Throws ConfigError naming `what` if the text cannot be read or ends before it begins.
    static Period parse(const std::string& text, const std::string& what = "period")
    {
        const auto bad = [&](const std::string& why) {
            return ConfigError(what + ": '" + text + "' " + why +
                               "; expected YYYY-MM:YYYY-MM, such as 2002-04:2023-09");
        };
        const auto bound = [&](const std::string& part, bool end) -> std::int64_t {
            int y = 0, m = 0, d = 0, used = 0;
            const bool full = std::sscanf(part.c_str(), "%4d-%2d-%2d%n", &y, &m, &d, &used) == 3 &&
                              used == static_cast<int>(part.size());
            used = 0;
            const bool month = !full && std::sscanf(part.c_str(), "%4d-%2d%n", &y, &m, &used) == 2 &&
                               used == static_cast<int>(part.size());
            if ((!full && !month) || m < 1 || m > 12) throw bad("is not a period");
            const Month of = Month::of(y, m);
            if (full && (d < 1 || d > days_in(of))) throw bad("names a day that does not exist");
            if (full) return first_day(of) + d - 1;
            return end ? first_day({of.index + 1}) - 1 : first_day(of);
        };
        const auto colon = text.find(':');
        const std::string from = text.substr(0, colon), to = colon == std::string::npos ? from : text.substr(colon + 1);
        const Period period{bound(from, false), bound(to, true)};
        if (period.empty()) throw bad("ends before it begins");
        return period;
    }
    static Period months(Month from, Month to) { return {first_day(from), first_day({to.index + 1}) - 1}; }
};

/// The time axis of a cube: every calendar month from first to last (fields may be absent in some), or a list of
/// instants, days since 1970-01-01, for products that are not monthly.
struct TimeAxis {
    bool monthly = true;
    std::vector<std::int64_t> steps; ///< Month::index, or days since 1970-01-01; strictly ascending

    std::int64_t size() const { return static_cast<std::int64_t>(steps.size()); }
    Month month(std::int64_t t) const
    {
        const auto step = steps[static_cast<std::size_t>(t)];
        return monthly ? Month{static_cast<int>(step)} : month_of_day(step);
    }
    /// The day that stands for step t: the 15th of the month, or the instant's own day.
    std::int64_t day(std::int64_t t) const
    {
        const auto step = steps[static_cast<std::size_t>(t)];
        return monthly ? first_day(Month{static_cast<int>(step)}) + 14 : step;
    }
    /// "2002-04" or "2003-02-17".
    std::string label(std::int64_t t) const
    {
        return monthly ? to_string(month(t)) : date_text(steps[static_cast<std::size_t>(t)]);
    }
    /// Position of a step, or -1.
    std::int64_t find(std::int64_t step) const
    {
        for (std::size_t t = 0; t < steps.size(); ++t)
            if (steps[t] == step) return static_cast<std::int64_t>(t);
        return -1;
    }

    static TimeAxis months(Month from, Month to)
    {
        TimeAxis axis;
        for (int m = from.index; m <= to.index; ++m) axis.steps.push_back(m);
        return axis;
    }
};

} // namespace gwsd::geo
