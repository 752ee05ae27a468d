#include "support/catch.hpp"

#include "gwsd/geo/calendar.hpp"

using namespace gwsd::geo;

TEST_CASE("a period of months covers whole months, leap days included")
{
    const Period period = Period::parse("2004-01:2004-02");
    CHECK(date_text(period.first) == "2004-01-01");
    CHECK(date_text(period.last) == "2004-02-29");
    CHECK(Period::parse("2003-02-03").contains(days_from_civil(2003, 2, 3)));
}

TEST_CASE("a period that ends before it begins is a configuration error that says so")
{
    CHECK_THROWS_WITH(Period::parse("2005-01:2004-01", "data.train_period"),
                      "data.train_period: '2005-01:2004-01' ends before it begins; expected YYYY-MM:YYYY-MM, such as "
                      "2002-04:2023-09");
    CHECK_THROWS_AS(Period::parse("2004-13:2005-01"), gwsd::ConfigError);
    CHECK_THROWS_AS(Period::parse("2004-02-30"), gwsd::ConfigError);
}

TEST_CASE("months count through the turn of the year")
{
    const Month december = Month::of(2003, 12);
    CHECK(to_string(Month{december.index + 1}) == "2004-01");
    CHECK(days_in(Month::of(2004, 2)) == 29);
    CHECK(month_of_day(first_day(december)) == december);
}
