#include "gwsd/data/cell_regression.hpp"

#include <cmath>

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
    const auto run = [&](double penalty, double prior = 0) {
        CellRegression regression(std::vector<std::int8_t>(40, 1), 3);
        const auto constant = std::make_shared<std::vector<float>>(40, 7.0F);
        for (std::size_t t = 0; t < 30; ++t) {
            auto gap = std::make_shared<std::vector<float>>(*steps.features[t][0]);
            if (t % 7 == 0) (*gap)[3] = std::nanf("");
            regression.add(std::vector<Field>{gap, steps.features[t][1], constant}, steps.truth[t]);
        }
        regression.solve({.penalty = penalty, .prior = prior});
        regression.forget();
        std::vector<float> out(40);
        regression.predict(std::vector<Field>{steps.features[4][0], steps.features[4][1], constant}, out);
        return out;
    };
    const auto exact = run(1e-6);
    for (std::size_t i = 0; i < 40; ++i) CHECK(std::abs(exact[i] - steps.truth[4][i]) < 1e-2);
    const auto to_mean = run(1e9), to_first = run(1e9, 1);
    for (std::size_t i = 4; i < 40; ++i) {
        float mean = 0, first = 0;
        for (std::size_t t = 0; t < 30; ++t) mean += steps.truth[t][i] / 30, first += (*steps.features[t][0])[i] / 30;
        CHECK(std::abs(to_mean[i] - mean) < 1e-2F);
        CHECK(std::abs(to_first[i] - (mean - first + (*steps.features[4][0])[i])) < 1e-2F);
    }
    set_threads(3);
    CHECK(run(1e-6) == exact);
    set_threads(default_threads());
    CHECK_THROWS_AS(CellRegression({1}, 0), ShapeError);
    CHECK_THROWS_AS(CellRegression({1}, 2).add(std::vector<Field>(1), std::vector<float>(1)), ShapeError);
}
