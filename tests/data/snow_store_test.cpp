#include "data/snow_store.hpp"

#include "support/catch.hpp"

using gwsd::data::SnowStore;

TEST_CASE("what falls lies, melts or runs, and nothing is lost")
{
    float snow = 0;
    double fallen = 0, reached = 0;
    for (int month = 0; month < 120; ++month) {
        const double celsius = -4 + 14 * std::sin(0.5236 * month);
        const float p = 40 + 30 * std::sin(1.3F * static_cast<float>(month));
        const float before = snow, water = SnowStore::water(p, celsius, snow);
        CHECK(water >= 0);
        CHECK(snow >= 0);
        CHECK(water + snow == Approx(p + before).epsilon(1e-5));
        fallen += static_cast<double>(p), reached += static_cast<double>(water);
    }
    CHECK(fallen == Approx(reached + static_cast<double>(snow)).epsilon(1e-4));
    CHECK(reached < fallen - 1);
}

TEST_CASE("frost keeps all of it, warmth lets go of all, without a jump between")
{
    float snow = 100;
    CHECK(SnowStore::water(50, -30, snow) == Approx(0).margin(1e-3));
    CHECK(snow == Approx(150));
    CHECK(SnowStore::water(50, 25, snow) == 200);
    CHECK(snow == 0);
    float just_below = 300, just_above = 300;
    CHECK(SnowStore::water(50, SnowStore::nothing_lies_above, just_below) ==
          Approx(SnowStore::water(50, SnowStore::nothing_lies_above + 0.001, just_above)));
    CHECK(just_below == Approx(just_above).margin(0.01));
    CHECK(SnowStore::share(SnowStore::falls_below) == Approx(0.5));
}

TEST_CASE("degrees above zero are those of days that are normally distributed about the month's mean")
{
    for (const double mean : {-12.0, -3.0, 0.0, 2.5, 15.0}) {
        double sum = 0, weight = 0;
        for (double z = -8; z <= 8; z += 1e-3) {
            const double density = std::exp(-z * z / 2);
            sum += density * std::max(0.0, mean + SnowStore::spread * z), weight += density;
        }
        CHECK(SnowStore::degrees_above_zero(mean) == Approx(sum / weight).epsilon(1e-5).margin(1e-6));
    }
}
