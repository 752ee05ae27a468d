#include "gwsd/score/interval_levels.hpp"

#include "gwsd/score/probabilistic.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

namespace {

/// The square of each level, so that half of all truths lie in what a Gaussian takes for 70 %.
std::string squares()
{
    std::string text;
    for (int i = 0; i < Calibration::levels; ++i)
        text += (i > 0 ? " " : "") + std::to_string(Calibration::level(i) * Calibration::level(i));
    return text;
}

} // namespace

TEST_CASE("observed levels are linear between the stated ones, 0 at 0 and 1 at 1")
{
    const auto map = IntervalLevels::parse(squares(), "fine.nc");
    CHECK(map.observed(0) == 0);
    CHECK(map.observed(0.5) == Approx(0.25));
    CHECK(map.observed(0.525) == Approx(0.5 * (0.25 + 0.3025)));
    CHECK(map.observed(1) == 1);
    CHECK(map.transform(0.75) == Approx(0.625)); // upper end of the central half
    CHECK(map.transform(0.25) == Approx(0.375));
    CHECK(map.transform(0.5) == 0.5);
}

TEST_CASE("coverage and PIT follow the observed levels where a forecast states them")
{
    const auto map = IntervalLevels::parse(squares(), "fine.nc");
    Calibration mapped, gaussian;
    const int n = 20000;
    for (int i = 0; i < n; ++i) {
        // Truths of which a share q^2 lies in the Gaussian interval of probability q.
        const double inside = std::sqrt((i + 0.5) / n), u = 0.5 + (i % 2 == 0 ? 0.5 : -0.5) * inside;
        mapped.add(1, 0, 1, normal_quantile(u), &map);
        gaussian.add(1, 0, 1, normal_quantile(u));
    }
    CHECK(gaussian.calibration_error() > 0.1);
    CHECK(mapped.calibration_error() < 0.005);
    for (const double share : mapped.pit) CHECK(share == Approx(n / 20.0).epsilon(0.06));
}

TEST_CASE("levels that are no 19 ascending probabilities are refused")
{
    CHECK_THROWS_WITH(IntervalLevels::parse("0.1 0.2", "fine.nc: attribute x"), Catch::Matchers::Contains("fine.nc"));
    CHECK_THROWS_AS(IntervalLevels::parse(squares() + " 0.99", "f"), DataError);
    std::string down = squares();
    down.replace(down.rfind(' '), std::string::npos, " 0.1");
    CHECK_THROWS_AS(IntervalLevels::parse(down, "f"), DataError);
    CHECK_THROWS_AS(IntervalLevels::parse(squares().replace(0, 1, "x"), "f"), DataError);
}
