#include "gwsd/data/cell_regression.hpp"

#include <cmath>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using data::CellRegression;
using Field = CellRegression::Field;

namespace {

/// Steps of two features and a truth that is 3 + a x + b z with weights that differ from cell to cell.
struct Steps {
    std::vector<std::vector<Field>> features;
    std::vector<std::vector<float>> truth;

    Steps(std::size_t cells, std::size_t count, std::uint64_t seed)
    {
        Random random(seed);
        for (std::size_t t = 0; t < count; ++t) {
            auto x = std::make_shared<std::vector<float>>(cells), z = std::make_shared<std::vector<float>>(cells);
            std::vector<float> y(cells);
            for (std::size_t i = 0; i < cells; ++i) {
                (*x)[i] = static_cast<float>(20 * random.normal());
                (*z)[i] = static_cast<float>(101325 + 300 * random.normal()); // as large as a pressure
                y[i] = 3 + (0.5F + 0.1F * static_cast<float>(i)) * (*x)[i] + 0.01F * ((*z)[i] - 101325);
            }
            features.push_back({x, z});
            truth.push_back(std::move(y));
        }
    }
};

} // namespace

TEST_CASE("regression at each cell finds its own weights, and tells cells that never learnt what the others learnt")
{
    Steps steps(5, 60, 1);
    CellRegression regression({1, 1, 0, -1, 1}, 2);
    for (std::size_t t = 0; t < 50; ++t) {
        steps.truth[t][4] = std::nanf(""); // never known
        regression.add(steps.features[t], steps.truth[t]);
    }
    regression.solve({.penalty = 1e-6});
    CHECK(regression.learnt() == 2);
    std::vector<float> out(5);
    double pooled_error = 0, spread = 0;
    for (std::size_t t = 50; t < 60; ++t) {
        regression.predict(steps.features[t], out);
        for (const std::size_t i : {0, 1}) CHECK(std::abs(out[i] - steps.truth[t][i]) < 1e-2);
        CHECK(std::isnan(out[3]));
        CHECK(std::isnan(out[4])); // it learns, but saw no step: nothing is known of its features either
        // The pooled weights are those of cells 0 and 1, whose truth swings by 0.5 and 0.6 of the first feature.
        const double x = static_cast<double>((*steps.features[t][0])[2]),
                     z = static_cast<double>((*steps.features[t][1])[2]);
        pooled_error += std::pow(static_cast<double>(out[2]) - (0.55 * x + 0.01 * (z - 101325)), 2);
        spread += std::pow(0.55 * x, 2);
    }
    CHECK(pooled_error < 0.05 * spread);
}

TEST_CASE("a constant feature, a missing value and a penalty do no harm, and threads do not matter")
{
    const Steps steps(40, 30, 2);
    const auto run = [&](double penalty, double prior = 0, double kept = 1) {
        CellRegression regression(std::vector<std::int8_t>(40, 1), 3);
        const auto constant = std::make_shared<std::vector<float>>(40, 7.0F);
        for (std::size_t t = 0; t < 30; ++t) {
            auto gap = std::make_shared<std::vector<float>>(*steps.features[t][0]);
            if (t % 7 == 0) (*gap)[3] = std::nanf("");
            regression.add(std::vector<Field>{gap, steps.features[t][1], constant}, steps.truth[t]);
        }
        regression.solve({.penalty = penalty, .prior = prior, .kept = kept});
        regression.forget();
        std::vector<float> out(40);
        regression.predict(std::vector<Field>{steps.features[4][0], steps.features[4][1], constant}, out);
        return out;
    };
    const auto exact = run(1e-6);
    for (std::size_t i = 0; i < 40; ++i) CHECK(std::abs(exact[i] - steps.truth[4][i]) < 1e-2);
    const auto to_mean = run(1e9), to_first = run(1e9, 1);
    const auto half = run(1e9, 0, 0.5);
    for (std::size_t i = 4; i < 40; ++i) {
        float mean = 0, first = 0;
        for (std::size_t t = 0; t < 30; ++t) mean += steps.truth[t][i] / 30, first += (*steps.features[t][0])[i] / 30;
        CHECK(std::abs(to_mean[i] - mean) < 1e-2F);
        CHECK(std::abs(half[i] - 0.5F * mean) < 1e-2F);
        CHECK(std::abs(to_first[i] - (mean - first + (*steps.features[4][0])[i])) < 1e-2F);
    }
    set_threads(3);
    CHECK(run(1e-6) == exact);
    set_threads(default_threads());
    CHECK_THROWS_AS(CellRegression({1}, 0), ShapeError);
    CHECK_THROWS_AS(CellRegression({1}, 2).add(std::vector<Field>(1), std::vector<float>(1)), ShapeError);
}

#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
TEST_CASE("the memory of the sums is given back when they are forgotten")
{
    const auto in_use = [] {
        const auto info = mallinfo2();
        return static_cast<double>(info.uordblks + info.hblkhd);
    };
    constexpr std::size_t cells = 200'000;
    const double before = in_use();
    CellRegression regression(std::vector<std::int8_t>(cells, 1), 3);
    const double sums = in_use() - before;
    CHECK(sums > 8.0 * 14 * cells);
    const auto some = std::make_shared<std::vector<float>>(cells, 1.0F);
    for (int t = 0; t < 6; ++t) regression.add(std::vector<Field>{some, some, some}, *some);
    regression.solve({});
    regression.forget();
    CHECK(in_use() - before < 0.5 * sums);
    std::vector<float> out(cells);
    CHECK_NOTHROW(regression.predict(std::vector<Field>{some, some, some}, out));
    CHECK_THROWS_AS(regression.solve({}), ShapeError);
}
#endif

namespace {

/// Places in a row whose truth follows one feature the more, the higher a trait of theirs and its square are: y = (1 +
/// trait + 2 trait^2) x. Every fourth of them is told. Feature 0 is noise.
struct Places {
    static constexpr std::size_t count = 120;
    std::vector<std::int8_t> learns;
    data::PlaceTraits traits{1, {}, {}};
    std::vector<std::vector<Field>> features;
    std::vector<std::vector<float>> truth;

    Places()
    {
        Random random(7);
        for (std::size_t i = 0; i < count; ++i) {
            learns.push_back(i % 4 == 0 ? 0 : 1);
            traits.values.push_back(static_cast<float>(std::sin(0.37 * static_cast<double>(i))));
            traits.part.push_back(static_cast<int>(i / 8));
        }
        for (int t = 0; t < 40; ++t) {
            auto noise = std::make_shared<std::vector<float>>(count), x = std::make_shared<std::vector<float>>(count);
            std::vector<float> y(count);
            for (std::size_t i = 0; i < count; ++i) {
                (*noise)[i] = static_cast<float>(random.normal());
                (*x)[i] = static_cast<float>((i % 3 == 0 ? 2 : 1) * random.normal()); // in one unit, of two spreads
                const float trait = traits.values[i];
                y[i] = (1 + trait + 2 * trait * trait) * (*x)[i];
            }
            features.push_back({noise, x});
            truth.push_back(std::move(y));
        }
    }

    /// Mean square error in steps that were not seen, over cells that learn (1) or are told (0), against the truth's.
    double error(int learning, bool with_traits, double penalty) const
    {
        CellRegression regression(learns, 2, with_traits ? std::make_shared<const data::PlaceTraits>(traits) : nullptr);
        for (std::size_t t = 0; t < 30; ++t) regression.add(features[t], truth[t]);
        regression.solve({.penalty = penalty});
        std::vector<float> out(count);
        double squares = 0, of_truth = 0;
        for (std::size_t t = 30; t < 40; ++t) {
            regression.predict(features[t], out);
            for (std::size_t i = 0; i < count; ++i) {
                if (learns[i] != learning) continue;
                squares += std::pow(static_cast<double>(out[i] - truth[t][i]), 2);
                of_truth += std::pow(static_cast<double>(truth[t][i]), 2);
            }
        }
        return squares / of_truth;
    }
};

} // namespace

TEST_CASE("a place that never learnt is told what places like it have learnt, in units of the feature")
{
    const Places places;
    CHECK(places.error(0, true, 10) < 0.1);
    CHECK(places.error(0, false, 10) > 0.25); // one answer for all, whatever the place is like
}

TEST_CASE("a place that learns is drawn to places like it, the more the firmer")
{
    const Places places;
    CHECK(places.error(1, true, 1e9) < 0.1);
    CHECK(places.error(1, false, 1e9) > 0.9); // drawn to its mean
    CHECK(places.error(1, true, 1) < 0.01);   // its own past says the rest
}

TEST_CASE("what a place that learns would be told was not learnt from its part of the land")
{
    const Places places;
    // The truth of the first part, places 0 to 7, is another by a little: too little to change how firm the regression
    // is.
    const auto told = [&](float factor) {
        CellRegression regression(places.learns, 2, std::make_shared<const data::PlaceTraits>(places.traits));
        for (std::size_t t = 0; t < 40; ++t) {
            auto truth = places.truth[t];
            for (std::size_t i = 0; i < 8; ++i) truth[i] *= factor;
            regression.add(places.features[t], truth);
        }
        regression.solve({}, true);
        std::vector<float> out(Places::count);
        regression.predict_pooled(places.features[0], out);
        return out;
    };
    const auto before = told(1), after = told(1.001F);
    for (std::size_t i = 0; i < Places::count; ++i) {
        const bool teaches = places.learns[i] == 1, same_part = places.traits.part[i] % 5 == 0;
        CHECK((before[i] == after[i]) == (teaches && same_part));
    }
}

TEST_CASE("traits do not depend on threads, may be unknown, and must belong to the grid")
{
    Places places;
    places.traits.values[5] = std::nanf("");
    const double one = places.error(0, true, 10);
    set_threads(3);
    CHECK(places.error(0, true, 10) == one);
    set_threads(default_threads());
    CHECK(std::isfinite(one));
    CHECK_THROWS_AS(CellRegression({1, 1}, 2, std::make_shared<const data::PlaceTraits>(places.traits)), ShapeError);
}
