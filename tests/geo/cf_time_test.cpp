#include "gwsd/geo/cf_time.hpp"

#include <array>
#include <cstdio>
#include <limits>
#include <memory>
#include <sstream>

#include "gwsd/geo/absent_months.hpp"
#include "support/catch.hpp"

using namespace gwsd::geo;

namespace {

std::string decoded(const std::string& units, const std::string& calendar, double value)
{
    const Instant at = CfTime(units, calendar).decode(value);
    char text[64];
    std::snprintf(text, sizeof text, "%04d-%02d-%02d %.4f", at.date.year, at.date.month, at.date.day, at.days);
    return text;
}

std::string output_of(const std::string& command)
{
    const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
    std::string text;
    std::array<char, 4096> block{};
    while (const auto n = std::fread(block.data(), 1, block.size(), pipe.get())) text.append(block.data(), n);
    return text;
}

const std::vector<std::pair<const char*, const char*>> units_and_calendars{
    {"hours since 1900-01-01 00:00:00.0", "gregorian"},
    {"seconds since 1970-01-01", "proleptic_gregorian"},
    {" minutes since 2016-01-01 00:00:00", "standard"},
    {"days since 2002-01-01T00:00:00Z", "standard"},
    {"days since 1-1-1 00:00:00", "standard"},
    {"days since 1582-10-04", "standard"},
    {"days since 1500-02-28 06:00", "julian"},
    {"days since 2000-02-28", "julian"},
    {"days since 2001-01-01 12:00", "noleap"},
    {"hours since 2001-03-01 00:00:00 +02:00", "365_day"},
    {"days since 1999-12-31 00:00:00 -06:00", "all_leap"}, // cftime 1.6.2 overlooks the "-6:00" of the CF conventions
    {"days since 2002-04-01", "360_day"},
    {"months since 2002-04-01", "360_day"},
};

} // namespace

TEST_CASE("the time units of GRACE, ERA5 and GLDAS files are decoded")
{
    CHECK(decoded("hours since 1900-01-01 00:00:00.0", "gregorian", 797640) == "1990-12-30 7668.0000");
    CHECK(decoded("hours since 1900-01-01 00:00:00.0", "", 797688) == "1991-01-01 7670.0000");
    CHECK(decoded("seconds since 1970-01-01", "proleptic_gregorian", 1735689600) == "2025-01-01 20089.0000");
    CHECK(decoded("days since 2002-01-01T00:00:00Z", "", 106.5) == "2002-04-17 11794.5000");
    CHECK(decoded(" minutes since 2016-01-01 00:00:00", "standard", 180) == "2016-01-01 16801.1250");
    CHECK(decoded("Days Since 2002-1-1", "STANDARD", 0) == "2002-01-01 11688.0000");
    CHECK(decoded("day as %Y%m%d.%f", "proleptic_gregorian", 20020416.5) == "2002-04-16 11793.5000");
    CHECK(decode_date_number(20020401).month() == Month::of(2002, 4));
    CHECK(decode_date_number(200204).day() == days_from_civil(2002, 4, 1));
}

TEST_CASE("months and years since a date follow the calendar, with fractions as a share of the month")
{
    CHECK(decoded("months since 2002-04-01", "standard", 0) == "2002-04-01 11778.0000");
    CHECK(decoded("months since 2002-04-01", "standard", 10) == "2003-02-01 12084.0000");
    CHECK(decoded("months since 2002-04-01", "standard", 0.5) == "2002-04-16 11793.0000");
    CHECK(decoded("months since 2002-01-31", "standard", 1) == "2002-02-28 11746.0000");
    CHECK(decoded("months since 2002-01-16", "standard", -1) == "2001-12-16 11672.0000");
    CHECK(decoded("years since 2000-01-01", "standard", 3) == "2003-01-01 12053.0000");
}

TEST_CASE("time zones shift the reference date to UTC")
{
    for (const char* zone : {"+02:00", "+2", "+0200", "+2:00"})
        CHECK(decoded(std::string("hours since 2000-01-01 00:00:00 ") + zone, "", 2) == "2000-01-01 10957.0000");
    CHECK(decoded("hours since 2000-01-01 00:00 -06:30", "", 0.5) == "2000-01-01 10957.2917");
    for (const char* zone : {"Z", " UTC", "", " GMT"})
        CHECK(decoded(std::string("hours since 2000-01-01 00:00:00") + zone, "", 1) == "2000-01-01 10957.0417");
}

TEST_CASE("dates of other calendars keep year, month and day; February's extra days stay in February")
{
    CHECK(decoded("days since 2002-01-01", "360_day", 59) == "2002-02-30 11746.0000");
    CHECK(decoded("days since 2001-02-28", "all_leap", 1) == "2001-02-29 11381.0000");
    CHECK(decoded("days since 2004-02-28", "noleap", 1) == "2004-03-01 12478.0000");
    CHECK(decoded("days since 2004-02-28", "julian", 1) == "2004-02-29 12477.0000");
    CHECK(decoded("days since 1582-10-04", "standard", 1) == "1582-10-15 -141427.0000");
    CHECK(decoded("days since 1582-10-04", "proleptic_gregorian", 1) == "1582-10-05 -141437.0000");
}

TEST_CASE("times stored as float do not slip to the day before")
{
    const float hours = 1051896.0F, third = 1.0F / 3.0F;
    CHECK(decoded("hours since 1900-01-01", "", hours) == "2020-01-01 18262.0000");
    CHECK(CfTime("days since 2002-01-01", "").decode(static_cast<double>(third) * 3.0).date.day == 2);
    CHECK(CfTime("hours since 2002-01-01", "").decode(24.0 - 1e-9).date.day == 2);
}

TEST_CASE("units, calendars and values that mean no date are refused by name")
{
    const std::string end = "; expected such as 'days since 2002-01-01 00:00:00'";
    CHECK_THROWS_WITH(CfTime("days", ""), "time units 'days': there is no 'since' and a date in them" + end);
    CHECK_THROWS_WITH(CfTime("fortnights since 2002-01-01", ""),
                      "time units 'fortnights since 2002-01-01': 'fortnights' is not a unit of time" + end);
    CHECK_THROWS_WITH(CfTime("days since 2002-13-01", ""),
                      "time units 'days since 2002-13-01': '2002-13-01' does not exist in the calendar" + end);
    CHECK_THROWS_WITH(CfTime("days since then", ""), "time units 'days since then': 'then' is not a date" + end);
    CHECK_THROWS_WITH(CfTime("days since 2002-01-01 00:00 Mars", ""),
                      "time units 'days since 2002-01-01 00:00 Mars': 'mars' is not a time zone" + end);
    CHECK_THROWS_AS(CfTime("days since 2002-01-01 25:00", ""), gwsd::DataError);
    CHECK_THROWS_AS(CfTime("days since 2001-02-29", "noleap"), gwsd::DataError);
    CHECK_THROWS_AS(CfTime("days since ", ""), gwsd::DataError);
    CHECK_THROWS_WITH(
        CfTime("days since 2002-01-01", "mayan"),
        "calendar 'mayan' is not known; expected standard, gregorian, proleptic_gregorian, julian, noleap, 365_day, "
        "all_leap, 366_day or 360_day");
    const CfTime days("days since 2002-01-01", "");
    CHECK_THROWS_WITH(days.decode(std::numeric_limits<double>::quiet_NaN()),
                      "time: a value is missing or not a number");
    CHECK_THROWS_AS(days.decode(9.96921e36), gwsd::DataError);
    CHECK_THROWS_AS(decode_date_number(20021301), gwsd::DataError);
    CHECK_THROWS_AS(decode_date_number(-5), gwsd::DataError);
}

TEST_CASE("every calendar turns days into dates and back without a gap")
{
    for (const auto calendar : {CfCalendar::standard, CfCalendar::proleptic_gregorian, CfCalendar::julian,
                                CfCalendar::noleap, CfCalendar::all_leap, CfCalendar::days_360}) {
        CivilDate before = calendar_date(calendar, -150'001);
        for (std::int64_t day = -150'000; day < 40'000; ++day) {
            const CivilDate date = calendar_date(calendar, day);
            if (!(before < date) || calendar_days(calendar, date) != day)
                FAIL(static_cast<int>(calendar) << " at day " << day);
            before = date;
        }
    }
}

TEST_CASE("dates agree with cftime for every calendar")
{
    const std::string python = output_of("/usr/bin/python3 -c 'import cftime; print(1)' 2>/dev/null") == "1\n"
                                   ? "/usr/bin/python3"
                                   : "python3";
    if (output_of(python + " -c 'import cftime; print(1)' 2>/dev/null") != "1\n") {
        WARN("SKIPPED: python3 with the module cftime is not installed");
        return;
    }
    // Unasked, cftime counts the years of the standard and Julian calendars as historians do, 1 BC before 1 AD, without
    // a year 0; CivilDate counts as astronomers do.
    std::string script = "import cftime, warnings\nwarnings.simplefilter(\"ignore\")\nfor u, c in [";
    for (const auto& [units, calendar] : units_and_calendars)
        script += std::string("(\"") + units + "\",\"" + calendar + "\"),";
    script +=
        "]:\n for i in range(60):\n  v = i * 487.25 + i * i - 300.5\n  if \"months\" in u: v = i - 7\n"
        "  d = cftime.num2date(v, u.strip(), c, has_year_zero=True)\n"
        "  print(\"%d %d %d %.6f\" % (d.year, d.month, d.day, (d.hour * 3600 + d.minute * 60 + d.second) / 86400))\n";
    std::istringstream oracle(output_of(python + " -c '" + script + "'"));
    int compared = 0;
    for (const auto& [units, calendar] : units_and_calendars) {
        const CfTime time(units, calendar);
        for (int i = 0; i < 60; ++i) {
            CivilDate expected;
            double fraction = 0;
            REQUIRE(oracle >> expected.year >> expected.month >> expected.day >> fraction);
            const double value =
                std::string(units).find("months") != std::string::npos ? i - 7 : i * 487.25 + i * i - 300.5;
            const Instant at = time.decode(value);
            if (at.date != expected || std::abs(at.days - std::floor(at.days) - fraction) > 2e-5)
                FAIL_CHECK(units << " " << calendar << " " << value << ": " << at.date.year << "-" << at.date.month
                                 << "-" << at.date.day << " but cftime says " << expected.year << "-" << expected.month
                                 << "-" << expected.day);
            ++compared;
        }
    }
    CHECK(compared == 60 * static_cast<int>(units_and_calendars.size()));
}

TEST_CASE("33 of the 258 months of G3P have no satellite field, eleven of them in a row")
{
    CHECK(g3p_last.index - g3p_first.index + 1 == 258);
    CHECK(std::is_sorted(g3p_absent_months.begin(), g3p_absent_months.end()));
    int run = 0, longest = 0, present = 0;
    for (Month m = g3p_first; m <= g3p_last; ++m.index) {
        run = absent_in_g3p(m) ? run + 1 : 0;
        longest = std::max(longest, run);
        present += absent_in_g3p(m) ? 0 : 1;
    }
    CHECK(present == 225);
    CHECK(longest == 11);
    CHECK_FALSE(absent_in_g3p(Month::of(2017, 6)));
}
