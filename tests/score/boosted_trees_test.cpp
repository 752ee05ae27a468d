#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "score/baselines/tree_booster.hpp"
#include "score/baselines_case.hpp"
#include "score/evaluation_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;
using score::TreeBooster;
using score::TreeTable;

namespace {

/// 5 times the sign of one feature where another is above 0, and noise.
TreeTable table_of(std::size_t rows, double noise, std::uint64_t seed, bool signal = true)
{
    Random random(seed);
    TreeTable table{3, {}, {}, std::vector<float>(rows, 1.0F)};
    for (std::size_t i = 0; i < rows; ++i) {
        for (std::size_t f = 0; f < 3; ++f) table.x.push_back(static_cast<float>(random.normal()));
        const float* x = table.x.data() + 3 * i;
        const double y = signal && x[1] > 0 ? (x[0] > 0 ? 5 : -5) : 0;
        table.target.push_back(static_cast<float>(y + noise * random.normal()));
    }
    return table;
}

bool absent()
{
    if (!TreeBooster::built()) WARN("SKIPPED: this build has no XGBoost");
    return !TreeBooster::built();
}

} // namespace

TEST_CASE("a build without XGBoost has no trees and says so")
{
    if (TreeBooster::built()) {
        CHECK(TreeBooster::version().find('.') != std::string::npos);
        return;
    }
    CHECK(TreeBooster::version() == "not built in");
    CHECK_THROWS_AS(TreeBooster(table_of(100, 1, 1), {}, 5), DeviceUnavailable);
    EvaluationCase c;
    auto options = c.options();
    options.baselines = {"boosted_trees"};
    CHECK_THROWS_AS(score::evaluate(options), DeviceUnavailable);
    const BaselinesCase all;
    const auto input = all.input();
    CHECK(score::Baselines(input).names().back() == "cell_regression");
}

TEST_CASE("boosted trees find an interaction, and stop at once where there is nothing to find")
{
    if (absent()) return;
    const TreeTable learn = table_of(8000, 1, 1), left_out = table_of(4000, 1, 2), fresh = table_of(4000, 0, 3);
    const Index rounds = TreeBooster::best_rounds(learn, left_out, {});
    CHECK(rounds > 20);
    CHECK(rounds < 300);
    const TreeBooster trees(learn, {}, rounds);
    std::vector<float> out(fresh.rows());
    trees.predict(fresh.x, out);
    double squares = 0;
    for (std::size_t i = 0; i < out.size(); ++i) squares += std::pow(static_cast<double>(out[i] - fresh.target[i]), 2);
    CHECK(std::sqrt(squares / static_cast<double>(out.size())) < 0.6);

    CHECK(TreeBooster::best_rounds(table_of(8000, 1, 4, false), table_of(4000, 1, 5, false), {}) < 10);
}

TEST_CASE("boosted trees are the same bits with one thread and two, and others with another seed")
{
    if (absent()) return;
    const TreeTable learn = table_of(30000, 1, 1);
    const int before = thread_pool().threads();
    const auto predicted = [&](int threads, std::uint64_t seed) {
        set_threads(threads);
        const TreeBooster trees(learn, {.seed = seed}, 40);
        std::vector<float> out(learn.rows());
        trees.predict(learn.x, out);
        set_threads(before);
        return out;
    };
    const auto one = predicted(1, 1);
    CHECK(one == predicted(2, 1));
    CHECK(one == predicted(1, 1));
    CHECK(one != predicted(1, 2));
}

TEST_CASE("rows count by their weight, and tables that do not fit are refused")
{
    if (absent()) return;
    TreeTable table{1, std::vector<float>(400, 1.0F), std::vector<float>(400, 0.0F), std::vector<float>(400, 0.2F)};
    for (std::size_t i = 0; i < 200; ++i) table.target[i] = 10, table.weight[i] = 1.8F;
    const TreeBooster trees(table, {.subsample = 1, .columns = 1}, 200);
    std::vector<float> out(1);
    trees.predict(std::vector<float>{1.0F}, out);
    CHECK(out[0] == Approx(9).epsilon(0.02)); // the weighted mean, drawn to 0 a little
    CHECK_THROWS_AS(trees.predict(std::vector<float>{1.0F, 2.0F}, out), ShapeError);
    table.weight.pop_back();
    CHECK_THROWS_AS(TreeBooster(table, {}, 5), ShapeError);
    CHECK_THROWS_AS(TreeBooster(TreeTable{2, {}, {}, {}}, {}, 5), ShapeError);
}

TEST_CASE("boosted trees refine places that they never saw, from months and places that they may read alone", "[slow]")
{
    if (absent()) return;
    const BaselinesCase c;
    auto input = c.input();
    input.baselines = {"boosted_trees", "smooth_conservative"};
    const score::Baselines baselines(input);
    for (const bool held_out : {false, true})
        CHECK(c.rmse(baselines, "boosted_trees", {42, 45}, held_out) <
              0.5 * c.rmse(baselines, "smooth_conservative", {42, 45}, held_out));

    BaselinesCase other;
    other.spoil_what_is_held_out();
    auto same = other.input();
    same.baselines = {"boosted_trees"};
    std::vector<std::vector<float>> a, b;
    baselines.fields(44, a);
    score::Baselines(same).fields(44, b);
    CHECK(a.back() == b.back());
}

TEST_CASE("where training steps are few, squares of land tell how many trees are good")
{
    if (absent()) return;
    const BaselinesCase c;
    auto input = c.input();
    input.baselines = {"boosted_trees", "smooth_conservative"};
    input.split.train = geo::Period::parse("2005-01:2005-02");
    const score::Baselines two(input);
    REQUIRE(two.names().back() == "boosted_trees");
    for (const bool held_out : {false, true})
        CHECK(c.rmse(two, "boosted_trees", {42, 45}, held_out) <
              0.9 * c.rmse(two, "smooth_conservative", {42, 45}, held_out));
    // All land but one square, so that no other is left to tell it.
    input.split.holdouts = {{0, 40, 8, 46}}, input.split.buffer = 0;
    CHECK(score::Baselines(input).names().back() != "boosted_trees");
}
