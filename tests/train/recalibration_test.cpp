#include <cmath>
#include <map>
#include <numeric>

#include "gwsd/core/random.hpp"
#include "gwsd/score/interval_levels.hpp"
#include "gwsd/score/probabilistic.hpp"
#include "support/catch.hpp"
#include "train/recalibration_fit.hpp"

using namespace gwsd;
using namespace gwsd::train;

namespace {

/// Errors of a forecast whose sigma is `narrow[group]` of what it should be, with heavy tails if `tails` (a third of
/// the errors is three times as large).
struct Forecast {
    std::map<Index, double> narrow;
    bool tails = false;

    double ratio(Random& random, Index group) const
    {
        const double size = tails && random.uniform() < 1.0 / 3 ? 3 : 1;
        return std::abs(size * random.normal()) / narrow.at(group);
    }
};

constexpr int cells = 200, blocks = 100;

GroupedErrors errors_of(const Forecast& forecast, Index groups, std::uint64_t seed)
{
    GroupedErrors errors(groups);
    Random random(seed);
    for (const auto& [group, narrow] : forecast.narrow)
        for (int block = 0; block < blocks; ++block)
            for (int cell = 0; cell < cells; ++cell)
                errors.add(group, forecast.ratio(random, group), 1 + cell % 3,
                           GroupedErrors::piece(4.0 * (block % 10), 4.0 * (block / 10),
                                                {3 * static_cast<int>(group)})); // a season of its own
    return errors;
}

/// Coverage of corrected 90 % intervals, and the calibration error at 19 levels, on errors that were not used.
score::Calibration fresh(const Recalibration& r, const Forecast& forecast, Index group)
{
    const score::IntervalLevels* map = nullptr;
    score::IntervalLevels levels;
    if (!r.observed.empty()) {
        std::string text;
        for (const double value : r.observed) text += std::to_string(value) + " ";
        levels = score::IntervalLevels::parse(text, "test"), map = &levels;
    }
    score::Calibration result;
    Random random(99);
    for (int i = 0; i < 40000; ++i)
        result.add(1, 0, r.factors[static_cast<std::size_t>(group)],
                   forecast.ratio(random, group) * (random.uniform() < 0.5 ? -1 : 1), map);
    return result;
}

Recalibration by_latitude() { return {}; } // 3 zones, 4 seasons, 2 kinds of places: 24 groups

} // namespace

TEST_CASE("a sigma of half the size is corrected by every method, and left alone by none")
{
    const Forecast forecast{{{0, 0.5}, {12, 0.5}}};
    for (const std::string method : {"variance", "isotonic", "conformal"}) {
        INFO(method);
        Recalibration r = by_latitude();
        fit_recalibration(r, errors_of(forecast, r.groups(), 1), {.method = method});
        CHECK(r.factors[0] == Approx(2).epsilon(0.03));
        // sqrt(0.9 x 0.1 / 40000) = 0.0015, and what 20000 errors leave of the quantile
        CHECK(fresh(r, forecast, 0).coverage_90() == Approx(0.9).margin(0.01));
        CHECK(fresh(r, forecast, 12).coverage_90() == Approx(0.9).margin(0.01));
    }
    Recalibration r = by_latitude();
    CHECK(fit_recalibration(r, errors_of(forecast, r.groups(), 1), {.method = "none"}) == 0);
    CHECK(fresh(r, forecast, 0).coverage_90() == Approx(0.589).margin(0.01));
    CHECK(r.observed.empty());
}

TEST_CASE("with heavy tails quantiles reach 90 %, the variance does not, and the stored levels correct the others")
{
    const Forecast forecast{{{0, 1}}, true};
    Recalibration variance = by_latitude(), conformal = by_latitude(), isotonic = by_latitude();
    fit_recalibration(variance, errors_of(forecast, 24, 2), {.method = "variance"});
    fit_recalibration(conformal, errors_of(forecast, 24, 2), {.method = "conformal"});
    fit_recalibration(isotonic, errors_of(forecast, 24, 2), {.method = "isotonic"});
    CHECK(fresh(variance, forecast, 0).calibration_error() > 0.03);
    for (const auto* r : {&conformal, &isotonic}) {
        CHECK(fresh(*r, forecast, 0).coverage_90() == Approx(0.9).margin(0.01));
        CHECK(fresh(*r, forecast, 0).calibration_error() < 0.01);
        Recalibration gaussian = *r;
        gaussian.observed.clear();
        CHECK(fresh(gaussian, forecast, 0).calibration_error() > 0.03);
        REQUIRE(r->observed.size() == 19);
        CHECK(r->observed[17] == 0.9);
        CHECK(std::is_sorted(r->observed.begin(), r->observed.end()));
    }
}

TEST_CASE("conformal factors are a group's own where it has enough pieces, else its zone's, else those of its places")
{
    Recalibration r = by_latitude();
    Forecast forecast{{{r.group(Place::trained, 0, 0), 0.5},
                       {r.group(Place::trained, 0, 1), 1.0},
                       {r.group(Place::trained, 1, 2), 2.0},
                       {r.group(Place::unseen, 0, 0), 0.25}}};
    const Index own = fit_recalibration(r, errors_of(forecast, r.groups(), 3), {.least = 50});
    CHECK(own == 4);
    CHECK(r.factor(Place::trained, 0, 0) == Approx(2).epsilon(0.06));
    CHECK(r.factor(Place::trained, 0, 1) == Approx(1).epsilon(0.06));
    CHECK(r.factor(Place::trained, 1, 2) == Approx(0.5).epsilon(0.06));
    CHECK(r.factor(Place::unseen, 0, 0) == Approx(4).epsilon(0.06));
    for (const auto& [group, narrow] : forecast.narrow)
        // Asked for is 0.9 (1 + 1/100), as there are a hundred pieces.
        CHECK(fresh(r, forecast, group).coverage_90() == Approx(0.909).margin(0.009));
    // A season without errors has its zone's factor, which lies between those of the seasons that have some.
    CHECK(r.factor(Place::trained, 0, 2) == r.factor(Place::trained, 0, 3));
    CHECK(r.factor(Place::trained, 0, 2) > 1.2);
    CHECK(r.factor(Place::trained, 0, 2) < 2);
    // A zone without errors has that of all trained places, and an unseen place never has a trained one's.
    CHECK(r.factor(Place::trained, 2, 0) < r.factor(Place::trained, 0, 2));
    CHECK(r.factor(Place::unseen, 2, 3) == r.factor(Place::unseen, 1, 1));
    CHECK(r.factor(Place::unseen, 2, 3) == Approx(4).epsilon(0.06));

    // A hundred blocks are too few where a hundred and one are asked for.
    Recalibration few = by_latitude();
    CHECK(fit_recalibration(few, errors_of(forecast, few.groups(), 3), {.least = 101}) == 0);
    CHECK(few.factor(Place::trained, 0, 0) == few.factor(Place::trained, 0, 1));
    CHECK(few.factor(Place::trained, 0, 0) != few.factor(Place::trained, 1, 2)); // the zone has two hundred
    CHECK(few.factor(Place::trained, 1, 2) == few.factor(Place::trained, 2, 0));
}

TEST_CASE("the quantile asks for more the fewer the pieces are, and pieces are blocks of 4 degrees in a season")
{
    const auto january = geo::Month::of(2005, 1);
    const auto of_january = GroupedErrors::piece(2.1, 0.1, january);
    CHECK(of_january == GroupedErrors::piece(5.9, 3.9, january));
    CHECK(of_january != GroupedErrors::piece(6.1, 0.1, january));
    CHECK(of_january != GroupedErrors::piece(2.1, -0.1, january));
    CHECK(of_january == GroupedErrors::piece(2.1, 0.1, geo::Month::of(2004, 12)));
    CHECK(of_january == GroupedErrors::piece(2.1, 0.1, geo::Month::of(2005, 2)));
    CHECK(of_january != GroupedErrors::piece(2.1, 0.1, geo::Month::of(2005, 3)));
    CHECK(of_january != GroupedErrors::piece(2.1, 0.1, geo::Month::of(2006, 1)));
    // 1000 errors of 0.001, 0.002, .. 1 from 20 pieces: the quantile at 0.9 x 21 / 20 = 0.945.
    Recalibration r = by_latitude();
    GroupedErrors errors(r.groups());
    for (int i = 1; i <= 1000; ++i) errors.add(0, 0.001 * i, 1, static_cast<std::uint64_t>(i % 20));
    fit_recalibration(r, errors, {.least = 20});
    CHECK(r.factors[0] == Approx(0.945 / score::normal_quantile(0.95)).epsilon(0.006));
    CHECK(errors.sum(0, 24).pieces.size() == 20);
}

TEST_CASE("without errors of unseen places these are treated as trained ones, and without any error there is no fit")
{
    Recalibration r = by_latitude();
    fit_recalibration(r, errors_of({{{5, 0.5}}}, r.groups(), 4), {});
    CHECK(r.unseen_from == "trained");
    for (Index g = 0; g < 12; ++g)
        CHECK(r.factors[static_cast<std::size_t>(g)] == r.factors[static_cast<std::size_t>(g + 12)]);
    CHECK_THROWS_AS(fit_recalibration(r, GroupedErrors(24), {}), NumericalError);
}

TEST_CASE("the distribution of ratios has the quantiles, shares and mean square of its samples")
{
    ErrorRatios ratios;
    Random random(6);
    std::vector<double> values;
    double squares = 0;
    for (int i = 0; i < 9999; ++i) {
        values.push_back(std::exp(2 * random.normal()));
        ratios.add(values.back(), 2);
        squares += values.back() * values.back();
    }
    std::sort(values.begin(), values.end());
    for (const double level : {0.05, 0.5, 0.9, 0.99}) {
        const double exact = values[static_cast<std::size_t>(level * 9999)];
        CHECK(ratios.quantile(level) == Approx(exact).epsilon(0.006));
        CHECK(ratios.share_below(exact) == Approx(level).margin(0.003));
    }
    CHECK(ratios.rms() == Approx(std::sqrt(squares / 9999)));
    ErrorRatios zero;
    zero.add(0, 1), zero.add(1e30, 1);
    CHECK(zero.quantile(0.4) < 1e-4);
    CHECK(zero.quantile(1) > 6e4);
    CHECK(ErrorRatios().quantile(0.9) == 0);
}

TEST_CASE("a recalibration reads back as it was written, and a damaged one is refused")
{
    Recalibration r = by_latitude();
    r.zones.precipitation = "tp", r.zones.temperature = "t2m", r.zones.period = "2003-01:2008-12";
    r.zones.rain_edges = {40.5, 90.25}, r.zones.temperature_edges = {278, 290};
    r.extent = {-10, 36, 22, 60};
    fit_recalibration(r, errors_of({{{0, 0.5}, {45, 0.3}}}, r.groups(), 5), {});
    const auto again = Recalibration::from_json(r.to_json());
    CHECK(again.to_json() == r.to_json());
    CHECK(again.factors == r.factors);
    CHECK(again.groups() == 80);
    Recalibration bad = r;
    bad.factors.pop_back();
    CHECK_THROWS_WITH(Recalibration::from_json(bad.to_json()), Catch::Matchers::Contains("79 factors, expected 80"));
    bad = r, bad.factors[3] = -1;
    CHECK_THROWS_WITH(Recalibration::from_json(bad.to_json()), Catch::Matchers::Contains("above 0"));
    bad = r, std::swap(bad.observed[3], bad.observed[9]);
    CHECK_THROWS_WITH(Recalibration::from_json(bad.to_json()), Catch::Matchers::Contains("ascend"));
    bad = r, bad.zones.temperature.clear();
    CHECK_THROWS_AS(Recalibration::from_json(bad.to_json()), DataError);
    CHECK_THROWS_AS(Recalibration::from_json("{}"), DataError);
    CHECK_THROWS_AS(Recalibration::from_json("nothing"), DataError);
}
