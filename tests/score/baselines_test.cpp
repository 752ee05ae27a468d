#include "score/baselines/baselines.hpp"

#include <algorithm>

#include "gwsd/core/error.hpp"
#include "gwsd/score/baseline_names.hpp"
#include "score/baselines_case.hpp"
#include "score/evaluation_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;
using score::Baselines;

namespace {

using Names = std::vector<std::string>;

Names without_trees(Names names)
{
    std::erase(names, "boosted_trees");
    return names;
}

} // namespace

TEST_CASE("every baseline has a value on all land and none in a step without a coarse field")
{
    const BaselinesCase c;
    const auto input = c.input();
    const Baselines baselines(input);
    std::vector<std::vector<float>> fields;
    CHECK(without_trees(baselines.names()) == without_trees(score::baseline_names()));
    REQUIRE(baselines.fields(3, fields));
    REQUIRE(fields.size() == baselines.names().size());
    for (std::size_t m = 0; m < fields.size(); ++m) {
        CAPTURE(baselines.names()[m]);
        REQUIRE(fields[m].size() == input.land_fraction.size());
        for (std::size_t i = 0; i < fields[m].size(); ++i)
            if (input.land_fraction[i] > 0) REQUIRE(std::isfinite(fields[m][i]));
    }
    CHECK_FALSE(baselines.fields(BaselinesCase::absent, fields));
    CHECK(fields.size() == baselines.names().size());
    for (const auto& field : fields)
        CHECK(std::all_of(field.begin(), field.end(), [](float v) { return std::isnan(v); }));
}

TEST_CASE(
    "a coarse cell with land and without a value gets the nearest one, and kriging estimates it from those around")
{
    const BaselinesCase c;
    const io::CubeInfo& info = c.cube->info();
    auto coarse = *c.cube->field("gwsa_operator", 5);
    const Index gap = 6 * info.coarse.cols() + 10;
    coarse[static_cast<std::size_t>(gap)] = std::nanf("");
    c.cube->set("gwsa_operator", 5, coarse);
    auto input = c.input();
    input.baselines = {"area_to_point_kriging"};
    std::vector<std::vector<float>> fields;
    REQUIRE(Baselines(input).fields(5, fields));
    std::vector<float> nearest(coarse.size()), kriged(coarse.size());
    geo::block_mean(info.fine, info.factor, fields[0], {}, nearest);
    geo::block_mean(info.fine, info.factor, fields[1], {}, kriged);
    for (Index i = 0; i < info.coarse.cells(); ++i) {
        const auto at = static_cast<std::size_t>(i);
        if (info.coarse.lon(i % info.coarse.cols()) < 1) continue; // sea
        if (i != gap) {
            CHECK(nearest[at] == Approx(coarse[at]).margin(1e-4));
            CHECK(kriged[at] == Approx(coarse[at]).margin(1e-3));
        }
    }
    const auto at = static_cast<std::size_t>(gap);
    CHECK(nearest[at] == Approx(coarse[at - 1])); // east and west are nearest, and of the two the west counts
    CHECK(std::abs(kriged[at] - 0.5F * (coarse[at - 1] + coarse[at + 1])) < 0.5F);
    CHECK(std::abs(nearest[at] - kriged[at]) > 1.0F);
}

TEST_CASE("what learns from a truth is not there without one, and interpolation and kriging are")
{
    const BaselinesCase c;
    auto input = c.input();
    input.truth.reset();
    const Names known{"nearest", "bilinear", "bicubic", "smooth_conservative", "area_to_point_kriging"};
    CHECK(Baselines(input).names() == known);
    auto no_period = c.input();
    no_period.split.train.reset();
    CHECK(Baselines(no_period).names() == known);
    auto scale_shift = c.input();
    scale_shift.truth_mode = "scale_shift";
    CHECK(Baselines(scale_shift).names() == known);
}

TEST_CASE("regression at each cell beats interpolation where it has learnt, and no truth of a held-out place is read",
          "[slow]")
{
    const BaselinesCase c;
    auto input = c.input();
    input.baselines = {"cell_regression", "smooth_conservative"};
    const Baselines baselines(input);
    CHECK(baselines.names() == Names{"nearest", "smooth_conservative", "cell_regression"});
    CHECK(c.rmse(baselines, "cell_regression", {42, 45}, false) <
          0.6 * c.rmse(baselines, "smooth_conservative", {42, 45}, false));

    BaselinesCase other;
    other.spoil_what_is_held_out();
    auto same = other.input();
    same.baselines = {"cell_regression"};
    std::vector<std::vector<float>> a, b;
    baselines.fields(44, a);
    Baselines(same).fields(44, b);
    for (std::size_t i = 0; i < a.back().size(); ++i)
        if (input.land_fraction[i] > 0) REQUIRE(a.back()[i] == b.back()[i]);
}

TEST_CASE("baselines are chosen by name, and nearest, which gains are measured from, is always there")
{
    EvaluationCase c;
    c.write_cube();
    c.write_prediction(perfect);
    auto options = c.options();
    options.baselines = {"area_to_point_kriging", "bilinear"};
    const auto scores = nlohmann::json::parse(score::evaluate(options).scores);
    Names names;
    for (const auto& [name, method] : scores["unseen_years"].items())
        if (method["kind"] == "baseline") names.push_back(name);
    std::sort(names.begin(), names.end());
    CHECK(names == Names{"area_to_point_kriging", "bilinear", "nearest"});
    const auto& kriging = scores["unseen_years"]["area_to_point_kriging"];
    CHECK(kriging["mae"].get<double>() < scores["unseen_years"]["nearest"]["mae"].get<double>());
    CHECK(kriging["crps"].is_number());
    // Without a mask inside of cells the means of its estimates are the coarse values.
    CHECK(scores["consistency"]["area_to_point_kriging"]["mass_residual_cell_rms"].get<double>() < 1e-3);
}

TEST_CASE("baselines read the memories of predictors that the network reads", "[slow]")
{
    const auto rain = [](Index t) { return std::sin(2.1 * static_cast<double>(t * t)); };
    const auto pattern = [](double lat, double lon) { return std::sin(17 * lon) * std::cos(19 * lat); };
    EvaluationCase c;
    c.info.predictors = {"tp"}, c.info.predictor_units = {"mm"};
    c.predictor = [&](Index t, double lat, double lon) { return rain(t) * pattern(lat, lon); };
    c.truth_change = [&](Index t, double lat, double lon) {
        double store = 0; // a linear reservoir of ten months
        for (Index k = 0; k < 12; ++k) store += rain(k) / 12;
        for (Index k = 0; k <= t; ++k) store += (1 - std::exp(-0.1)) * (rain(k) - store);
        return 100 * pattern(lat, lon) * store;
    };
    c.write_cube();
    const auto mae = [&](const std::string& memory) {
        c.attributes["gwsd_predictor_memory"] = memory;
        c.write_prediction(perfect);
        auto options = c.options();
        options.overwrite = true;
        options.baselines = {"cell_regression"};
        const auto scores = nlohmann::json::parse(score::evaluate(options).scores);
        return scores["unseen_years"]["cell_regression"]["mae"].get<double>();
    };
    const double without = mae("none");
    CHECK(mae("tp:10") < 0.65 * without);
    CHECK_THROWS_WITH(mae("swvl1:3"), Contains("has no predictor 'swvl1'"));
    CHECK_THROWS_WITH(mae("tp+t2m:3"), Contains("has no predictor 't2m'"));
    for (const char* wrong : {"tp", "tp+t2m", "tp:0", "tp:2.5", "tp:x"}) {
        CHECK_THROWS_AS(mae(wrong), DataError);
        CHECK_THROWS_WITH(mae(wrong), Contains("fine.nc: gwsd_predictor_memory"));
    }
}

TEST_CASE("with pictures, and without a truth, an evaluation needs no particular baseline")
{
    EvaluationCase c;
    c.info.has_reference = false, c.info.has_given = true;
    c.attributes["gwsd_truth_mode"] = "none", c.attributes["gwsd_coarse"] = "given";
    c.write_cube();
    c.write_prediction(perfect);
    auto options = c.options();
    options.baselines = {"bilinear"};
    options.pictures = true;
    const auto scores = nlohmann::json::parse(score::evaluate(options).scores);
    CHECK(scores["consistency"].contains("bilinear"));
    CHECK_FALSE(scores["consistency"].contains("bicubic"));
}

TEST_CASE("an unknown baseline is refused before anything is read")
{
    EvaluationCase c;
    auto options = c.options(); // of files that are not there
    options.baselines = {"bicubic", "area_to_point"};
    CHECK_THROWS_AS(score::evaluate(options), UsageError);
    CHECK_THROWS_WITH(score::evaluate(options), Contains("there is no baseline 'area_to_point'") &&
                                                    Contains("did you mean 'area_to_point_kriging'?"));
}
