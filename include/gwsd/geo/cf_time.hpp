#pragma once

#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <string_view>
#include <utility>

#include "gwsd/geo/cf_calendar.hpp"

namespace gwsd::geo {

/// An instant of a file's time axis: the date in the file's own calendar, and the same date on the Gregorian axis that
/// gwsd computes with (29 and 30 February of other calendars become the last day of the Gregorian February).
struct Instant {
    CivilDate date;
    double days = 0; ///< since 1970-01-01 00:00 UTC, proleptic Gregorian, with the fraction of the day

    Month month() const { return Month::of(date.year, date.month); }
    std::int64_t day() const { return static_cast<std::int64_t>(std::floor(days)); }
};

/// Time units of CF files: "hours since 1900-01-01 00:00:00.0", " minutes since 2016-01-01T00:00:00Z", "months since
/// 2002-04-01", "days since 2002-1-1 00:00 +02:00", and the absolute "day as %Y%m%d.%f". Parsed once, then decodes
/// values. Months and years are counted on the calendar; a fraction is a share of the month or year it falls in.
class CfTime {
public:
    /// Throws DataError naming the text if units or calendar cannot be understood.
    CfTime(const std::string& units, const std::string& calendar) : units_(units), calendar_(parse_calendar(calendar))
    {
        parse();
    }

    /// Throws DataError for a value that is not finite or lies beyond the years +-30000.
    Instant decode(double value) const
    {
        if (!std::isfinite(value)) throw DataError("time: a value is missing or not a number");
        if (absolute_) return absolute(value);
        if (months_per_unit_ != 0) return at(advance_months(value));
        const double milliseconds = std::round(value * unit_seconds_ * 1e3);
        if (std::abs(milliseconds) > 1e15) throw too_far(value);
        return at(epoch_ + static_cast<std::int64_t>(milliseconds));
    }

    CfCalendar calendar() const { return calendar_; }
    const std::string& units() const { return units_; }

private:
    static constexpr std::int64_t day_length = 86'400'000; ///< milliseconds

    DataError bad(const std::string& why) const
    {
        return DataError("time units '" + units_ + "': " + why + "; expected such as 'days since 2002-01-01 00:00:00'");
    }
    DataError too_far(double value) const
    {
        return DataError("time: value " + std::to_string(value) + " in '" + units_ + "' is not a plausible date");
    }

    /// Milliseconds on the file's calendar -> instant.
    Instant at(std::int64_t milliseconds) const
    {
        const std::int64_t day = detail::floor_divide(milliseconds, day_length);
        return instant(calendar_date(calendar_, day),
                       static_cast<double>(milliseconds - day * day_length) / day_length);
    }
    static Instant instant(const CivilDate& date, double fraction)
    {
        const int day = std::min(date.day, days_in(Month::of(date.year, date.month)));
        return {date, static_cast<double>(days_from_civil(date.year, date.month, day)) + fraction};
    }

    std::int64_t advance_months(double value) const
    {
        const double months = value * months_per_unit_;
        if (std::abs(months) > 360'000) throw too_far(value);
        const double whole = std::floor(months);
        const auto from = epoch_plus_months(static_cast<std::int64_t>(whole)),
                   to = epoch_plus_months(static_cast<std::int64_t>(whole) + 1);
        return from + std::llround((months - whole) * static_cast<double>(to - from));
    }
    std::int64_t epoch_plus_months(std::int64_t months) const
    {
        const std::int64_t day = detail::floor_divide(epoch_, day_length);
        const CivilDate start = calendar_date(calendar_, day);
        const std::int64_t index = 12 * std::int64_t{start.year} + start.month - 1 + months,
                           year = detail::floor_divide(index, 12);
        const CivilDate first{static_cast<int>(year), static_cast<int>(index - 12 * year + 1), 1};
        const CivilDate next =
            first.month == 12 ? CivilDate{first.year + 1, 1, 1} : CivilDate{first.year, first.month + 1, 1};
        const std::int64_t length = calendar_days(calendar_, next) - calendar_days(calendar_, first);
        return (calendar_days(calendar_, first) + std::min<std::int64_t>(start.day, length) - 1) * day_length + epoch_ -
               day * day_length;
    }

    /// 20020401, 200204 or 2002 with or without a fraction of a day.
    Instant absolute(double value) const
    {
        const double whole = std::floor(value + 1e-9);
        if (whole < 1 || whole > 99'991'231) throw too_far(value);
        const auto number = static_cast<std::int64_t>(whole);
        const bool has_day = number > 999'999, has_month = number > 9'999;
        const CivilDate date{static_cast<int>(has_day     ? number / 10'000
                                              : has_month ? number / 100
                                                          : number),
                             static_cast<int>(has_day     ? number / 100 % 100
                                              : has_month ? number % 100
                                                          : 1),
                             static_cast<int>(has_day ? number % 100 : 1)};
        if (!exists(date)) throw too_far(value);
        return instant(date, has_day ? std::max(0.0, value - whole) : 0.0);
    }

    bool exists(const CivilDate& d) const
    {
        return d.month >= 1 && d.month <= 12 && d.day >= 1 && d.day <= 31 &&
               (calendar_date(calendar_, calendar_days(calendar_, d)) == d);
    }

    void parse()
    {
        std::string text = units_;
        for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        text.erase(0, text.find_first_not_of(" \t\n"));
        text.erase(text.find_last_not_of(" \t\n\0") + 1);
        if (text.find(" as %y%m") != std::string::npos) {
            absolute_ = true;
            return;
        }
        const auto since = text.find(" since ");
        if (since == std::string::npos) throw bad("there is no 'since' and a date in them");
        parse_unit(text.substr(0, text.find_last_not_of(' ', since) + 1));
        const auto date = text.find_first_not_of(' ', since + 7);
        if (date == std::string::npos) throw bad("the date is missing");
        parse_epoch(text.substr(date));
    }

    void parse_unit(const std::string& unit)
    {
        const auto any = [&](std::initializer_list<const char*> names) {
            return std::any_of(names.begin(), names.end(), [&](const char* name) { return unit == name; });
        };
        if (any({"second", "seconds", "sec", "secs", "s"}))
            unit_seconds_ = 1;
        else if (any({"minute", "minutes", "min", "mins"}))
            unit_seconds_ = 60;
        else if (any({"hour", "hours", "hr", "hrs", "h"}))
            unit_seconds_ = 3600;
        else if (any({"day", "days", "d"}))
            unit_seconds_ = 86'400;
        else if (any({"week", "weeks"}))
            unit_seconds_ = 7 * 86'400;
        else if (any({"millisecond", "milliseconds", "msec", "msecs", "ms"}))
            unit_seconds_ = 1e-3;
        else if (any({"month", "months", "mon", "mons"}))
            months_per_unit_ = 1;
        else if (any({"year", "years", "yr", "yrs"}))
            months_per_unit_ = 12;
        else
            throw bad("'" + unit + "' is not a unit of time");
    }

    /// "2002-01-01", then "t" or a blank, "00:00:00.0", and "z", "utc", "gmt", "+02:00", "-6:00", "+0530", "+2".
    void parse_epoch(const std::string& text)
    {
        CivilDate date;
        int used = 0;
        if (std::sscanf(text.c_str(), "%6d-%2d-%2d%n", &date.year, &date.month, &date.day, &used) != 3)
            throw bad("'" + text + "' is not a date");
        if (date.month < 1 || date.month > 12 || date.day < 1 || date.day > 31 || !exists(date))
            throw bad("'" + text.substr(0, static_cast<std::size_t>(used)) + "' does not exist in the calendar");
        std::string rest = text.substr(static_cast<std::size_t>(used));
        const auto skip = [&rest](std::size_t from) {
            rest.erase(0, std::min(rest.size(), rest.find_first_not_of(' ', from)));
        };
        skip(!rest.empty() && rest[0] == 't' ? 1 : 0);
        epoch_ = calendar_days(calendar_, date) * day_length;
        int hour = 0, minute = 0, taken = 0;
        double second = 0;
        if (std::sscanf(rest.c_str(), "%2d:%2d%n", &hour, &minute, &taken) == 2 && rest[0] != '+' && rest[0] != '-') {
            int more = 0;
            if (std::sscanf(rest.c_str() + taken, ":%8lf%n", &second, &more) == 1) taken += more;
            if (hour > 24 || minute > 59 || second < 0 || second >= 61)
                throw bad("'" + rest + "' is not a time of day");
            epoch_ += (hour * 60 + minute) * std::int64_t{60'000} + std::llround(second * 1e3);
            skip(static_cast<std::size_t>(taken));
        }
        parse_zone(rest);
    }

    void parse_zone(const std::string& zone)
    {
        if (zone.empty() || zone == "z" || zone == "utc" || zone == "gmt") return;
        const int sign = zone[0] == '-' ? -1 : 1;
        int hour = 0, minute = 0, used = 0;
        const char* digits = zone.c_str() + 1;
        const bool colon =
            std::sscanf(digits, "%2d:%2d%n", &hour, &minute, &used) == 2 && used + 1 == static_cast<int>(zone.size());
        if (!colon) {
            minute = 0;
            const bool packed =
                zone.size() == 5 && std::sscanf(digits, "%2d%2d%n", &hour, &minute, &used) == 2 && used == 4;
            const bool hours =
                !packed && std::sscanf(digits, "%2d%n", &hour, &used) == 1 && used + 1 == static_cast<int>(zone.size());
            if (!packed && !hours) throw bad("'" + zone + "' is not a time zone");
        }
        if ((zone[0] != '-' && zone[0] != '+') || hour < 0 || hour > 18 || minute < 0 || minute > 59)
            throw bad("'" + zone + "' is not a time zone");
        epoch_ -= sign * (hour * 60 + minute) * std::int64_t{60'000};
    }

    std::string units_;
    CfCalendar calendar_;
    bool absolute_ = false;
    double unit_seconds_ = 0;
    int months_per_unit_ = 0;
    std::int64_t epoch_ = 0; ///< milliseconds on the file's calendar, UTC
};

/// Integer dates such as 20020401 or 200204, as `date` variables hold them. Throws DataError for what is no date.
inline Instant decode_date_number(double number)
{
    return CfTime("day as %Y%m%d.%f", "proleptic_gregorian").decode(number);
}

} // namespace gwsd::geo
