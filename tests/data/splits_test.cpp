#include "gwsd/data/splits.hpp"

#include <algorithm>
#include <set>

#include "data/small_cube.hpp"
#include "gwsd/data/samples.hpp"
#include "gwsd/geo/absent_months.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using namespace gwsd::test;

namespace {

const geo::TimeAxis record = geo::TimeAxis::months(geo::g3p_first, geo::g3p_last);

std::string text(const std::vector<Index>& steps)
{
    return record.label(steps.front()) + ":" + record.label(steps.back());
}

/// The number of steps between the nearest two of a and b.
Index gap(const std::vector<Index>& a, const std::vector<Index>& b)
{
    Index least = 1000;
    for (const Index x : a)
        for (const Index y : b) least = std::min(least, std::abs(x - y) - 1);
    return least;
}

} // namespace

TEST_CASE("of the real record 150 targets have a full window and 201 miss at most one month")
{
    const auto cube = empty_cube(30.0, {0, 0, 60, 60}, "2002-04:2023-09", 2, {});
    cube->info().has_given = true;
    std::vector<Index> all;
    for (Index t = 0; t < record.size(); ++t) {
        all.push_back(t);
        if (!geo::absent_in_g3p(record.month(t))) cube->set("gwsa", t, {1, 2, 3, 4});
    }
    const BatchMaker maker(cube, {.window = 6, .factor = 2, .base = geo::Method::nearest},
                           plain_normalisation(cube->info()), 2, 2);
    CHECK(steps_with_window(maker, all, 0).size() == 150);
    CHECK(steps_with_window(maker, all, 1).size() == 201);
    CHECK(steps_with_window(maker, all, 5).size() == 225); // every month with a satellite field
    CHECK(missing_in_window(maker, 0) == 5);
    CHECK(missing_in_window(maker, record.find(geo::Month::of(2018, 6).index)) == 5);
}

TEST_CASE("by default the last 15 % validate, after six months that do neither")
{
    const Splits s = split_steps(record, {.train_period = "2003-01:2012-12", .test_period = "2016-01:2023-09"});
    CHECK(text(s.validation) == "2011-07:2012-12"); // 18 of 120 months
    CHECK(text(s.train) == "2003-01:2010-12");
    CHECK(text(s.test) == "2016-01:2023-09");
    CHECK(gap(s.train, s.validation) == 6);
    CHECK(s.train_period == "2003-01:2010-12");
    CHECK(s.validation_period == "2011-07:2012-12");
    CHECK(s.test_period == "2016-01:2023-09");
    for (Index t = 0; t < record.size(); ++t) {
        const std::string month = record.label(t);
        CHECK((s.readable[static_cast<std::size_t>(t)] == 1) == (month >= "2003-01" && month <= "2012-12"));
    }
}

TEST_CASE("without a training period all that is not test trains, away from validation and test")
{
    const Splits s = split_steps(record, {.validation_period = "2010-01:2011-12", .test_period = "2005-01:2006-12"});
    const std::set<Index> train(s.train.begin(), s.train.end());
    CHECK(gap(s.train, s.validation) == 6);
    CHECK(gap(s.train, s.test) == 6);
    CHECK(train.contains(record.find(geo::Month::of(2004, 6).index)));
    CHECK_FALSE(train.contains(record.find(geo::Month::of(2004, 7).index)));
    CHECK(train.contains(record.find(geo::Month::of(2012, 7).index)));
    for (const Index t : s.test) CHECK(s.readable[static_cast<std::size_t>(t)] == 0);
    // The buffer is part of the period as configured: windows of validation may look at it.
    CHECK(s.readable[static_cast<std::size_t>(s.validation.front() - 1)] == 1);
}

TEST_CASE("no window of validation or test reaches a training target, however small the buffer")
{
    for (const double buffer : {0.0, 2.0}) {
        const Splits s = split_steps(record, {.train_period = "2003-01:2012-12",
                                              .test_period = "2002-04:2002-12",
                                              .buffer_months = buffer,
                                              .window = 6});
        CHECK(gap(s.train, s.validation) == 5);
        CHECK(gap(s.train, s.test) == 5);
    }
}

TEST_CASE("periods that cannot be are refused with numbers")
{
    CHECK_THROWS_WITH(split_steps(record, {.test_period = "2030-01:2031-12"}),
                      "data.test_period = 2030-01:2031-12: holds no step of the cube, which has 258 steps from 2002-04 "
                      "to 2023-09");
    CHECK_THROWS_AS(split_steps(record, {.train_period = "2003-13:2004-01"}), ConfigError);
    CHECK_THROWS_AS(split_steps(record, {.train_period = "2003-01:2003-05"}), ConfigError);
    CHECK_THROWS_AS(split_steps(record, {.train_period = "2003-01:2003-12", .test_period = "2003-01:2003-12"}),
                    ConfigError);
    CHECK_THROWS_AS(split_steps(record, {.validation_period = "2010-01:2010-12", .test_period = "2010-12:2012-12"}),
                    ConfigError);
}

TEST_CASE("instants are split by their days, with a buffer counted in months")
{
    geo::TimeAxis weeks{false, {}};
    for (std::int64_t day = 12086; day < 12086 + 7 * 40; day += 7) weeks.steps.push_back(day);
    const Splits s = split_steps(weeks, {.buffer_months = 1, .window = 1});
    CHECK(s.validation.size() == 6);
    CHECK(weeks.day(s.validation.front()) - weeks.day(s.train.back()) > 30);
    CHECK(s.train.size() == 30);
    CHECK(split_steps(weeks, {.buffer_months = 0, .window = 1}).train.size() == 34);
}

TEST_CASE("holdout regions have a buffer and may cross the date line")
{
    const geo::Grid grid = geo::regular_grid(10.0);
    const auto outside = outside_regions(grid, {{170, -10, 190, 10}}, 10);
    const auto at = [&](double lat, double lon) {
        const auto row = static_cast<Index>((lat + 90) / 10), col = static_cast<Index>((lon + 180) / 10);
        return outside[static_cast<std::size_t>(row * grid.cols() + col)] == 1;
    };
    for (const double lon : {165.0, 175.0, -175.0, -165.0}) {
        CHECK_FALSE(at(5, lon));
        CHECK_FALSE(at(15, lon));
        CHECK(at(25, lon));
    }
    CHECK(at(5, 155));
    CHECK(at(5, -155));
    CHECK(std::count(outside.begin(), outside.end(), char{0}) == 4 * 4);
}

TEST_CASE("squares of land are 4 degrees wide, and those of one number modulo 5 touch nowhere")
{
    const geo::Grid grid = geo::regular_grid(1, {-180, -90, 180, 90});
    const auto square = [&](double lat, double lon) {
        return land_square(grid, static_cast<Index>(lat + 90) * grid.cols() + static_cast<Index>(lon + 180));
    };
    REQUIRE(grid.lat(0) < grid.lat(1));
    CHECK(square(-89.5, 0.5) == square(-86.5, 3.5));
    CHECK(square(-89.5, 0.5) != square(-85.5, 0.5));
    CHECK(square(-89.5, 0.5) != square(-89.5, 4.5));
    std::set<Index> met;
    for (double lat = -88.5; lat < 86; lat += 4)
        for (double lon = -178.5; lon < 174; lon += 4) {
            const Index own = square(lat, lon);
            CHECK(own >= 0);
            met.insert(own % 5);
            for (const auto& [north, east] : {std::pair{0, 4}, {4, 0}, {4, 4}, {4, -4}})
                if (lon + east > -180) CHECK(square(lat + north, lon + east) % 5 != own % 5);
        }
    CHECK(met.size() == 5);
}
