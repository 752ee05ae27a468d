#pragma once

#include <algorithm>
#include <array>
#include <cctype>
#include <cstdint>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/geo/calendar.hpp"

namespace gwsd::geo {

/// A date as a calendar writes it. Years count astronomically: year 0 is 1 BC.
struct CivilDate {
    int year = 1970, month = 1, day = 1;
    auto operator<=>(const CivilDate&) const = default;
};

/// The calendars of the CF conventions. standard: Julian before 1582-10-15, Gregorian from then on.
enum class CfCalendar { standard, proleptic_gregorian, julian, noleap, all_leap, days_360 };

/// Understands the names of CF 4.4.1 in any case; empty text is the standard calendar. Throws DataError otherwise.
inline CfCalendar parse_calendar(std::string name)
{
    std::transform(name.begin(), name.end(), name.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    if (name.empty() || name == "standard" || name == "gregorian") return CfCalendar::standard;
    if (name == "proleptic_gregorian") return CfCalendar::proleptic_gregorian;
    if (name == "julian") return CfCalendar::julian;
    if (name == "noleap" || name == "365_day") return CfCalendar::noleap;
    if (name == "all_leap" || name == "366_day") return CfCalendar::all_leap;
    if (name == "360_day") return CfCalendar::days_360;
    throw DataError("calendar '" + name +
                    "' is not known; expected standard, gregorian, proleptic_gregorian, julian, noleap, 365_day, "
                    "all_leap, 366_day or 360_day");
}

namespace detail {

inline std::int64_t floor_divide(std::int64_t a, std::int64_t b)
{
    return a / b - (a % b != 0 && (a < 0) != (b < 0) ? 1 : 0);
}

/// Days from 1970-01-01 of the Julian calendar (1970-01-14 Gregorian) shifted to Gregorian 1970-01-01.
inline std::int64_t days_from_julian(const CivilDate& d)
{
    // Years that begin in March put the leap day last (Richards 2013, with a 4-year cycle alone).
    const std::int64_t y = d.month <= 2 ? d.year - 1 : d.year, m = (d.month + 9) % 12;
    return 365 * y + floor_divide(y, 4) + (153 * m + 2) / 5 + d.day - 1 - 719'470;
}

inline CivilDate julian_from_days(std::int64_t days)
{
    const std::int64_t z = days + 719'470, cycle = floor_divide(z, 1461), of_cycle = z - 1461 * cycle;
    const std::int64_t year = std::min<std::int64_t>(of_cycle / 365, 3), of_year = of_cycle - 365 * year,
                       m = (5 * of_year + 2) / 153;
    const auto month = static_cast<int>(m < 10 ? m + 3 : m - 9);
    return {static_cast<int>(4 * cycle + year + (month <= 2 ? 1 : 0)), month,
            static_cast<int>(of_year - (153 * m + 2) / 5 + 1)};
}

inline CivilDate civil_from_days(std::int64_t days)
{
    const std::chrono::year_month_day d{std::chrono::sys_days{std::chrono::days{days}}};
    return {static_cast<int>(d.year()), static_cast<int>(static_cast<unsigned>(d.month())),
            static_cast<int>(static_cast<unsigned>(d.day()))};
}

/// Days before each month of a year of 365 or 366 days, and the year's length last.
inline constexpr std::array<int, 13> plain_year{0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334, 365};
inline constexpr std::array<int, 13> leap_year{0, 31, 60, 91, 121, 152, 182, 213, 244, 274, 305, 335, 366};

inline std::int64_t days_of_fixed_year(const std::array<int, 13>& before, const CivilDate& d)
{
    return std::int64_t{before[12]} * (d.year - 1970) + before[static_cast<std::size_t>(d.month - 1)] + d.day - 1;
}

inline CivilDate fixed_year_from_days(const std::array<int, 13>& before, std::int64_t days)
{
    const std::int64_t year = floor_divide(days, before[12]);
    const auto of_year = static_cast<int>(days - year * before[12]);
    const auto next = std::upper_bound(before.begin(), before.end(), of_year);
    return {static_cast<int>(1970 + year), static_cast<int>(next - before.begin()), of_year - *(next - 1) + 1};
}

inline constexpr CivilDate gregorian_reform{1582, 10, 15};
inline constexpr std::int64_t gregorian_reform_day = -141'427; ///< since 1970-01-01

} // namespace detail

/// Days from the calendar's own 1970-01-01 (for julian and standard: from Gregorian 1970-01-01).
inline std::int64_t calendar_days(CfCalendar calendar, const CivilDate& d)
{
    using namespace detail;
    switch (calendar) {
        case CfCalendar::proleptic_gregorian:
            return days_from_civil(d.year, d.month, d.day);
        case CfCalendar::standard:
            return d < gregorian_reform ? days_from_julian(d) : days_from_civil(d.year, d.month, d.day);
        case CfCalendar::julian:
            return days_from_julian(d);
        case CfCalendar::noleap:
            return days_of_fixed_year(plain_year, d);
        case CfCalendar::all_leap:
            return days_of_fixed_year(leap_year, d);
        case CfCalendar::days_360:
            return 360 * (std::int64_t{d.year} - 1970) + 30 * (d.month - 1) + d.day - 1;
    }
    return 0;
}

/// The date that the calendar gives to a day count of calendar_days.
inline CivilDate calendar_date(CfCalendar calendar, std::int64_t days)
{
    using namespace detail;
    switch (calendar) {
        case CfCalendar::proleptic_gregorian:
            return civil_from_days(days);
        case CfCalendar::standard:
            return days < gregorian_reform_day ? julian_from_days(days) : civil_from_days(days);
        case CfCalendar::julian:
            return julian_from_days(days);
        case CfCalendar::noleap:
            return fixed_year_from_days(plain_year, days);
        case CfCalendar::all_leap:
            return fixed_year_from_days(leap_year, days);
        case CfCalendar::days_360: {
            const std::int64_t year = floor_divide(days, 360), of_year = days - 360 * year;
            return {static_cast<int>(1970 + year), static_cast<int>(of_year / 30 + 1),
                    static_cast<int>(of_year % 30 + 1)};
        }
    }
    return {};
}

} // namespace gwsd::geo
