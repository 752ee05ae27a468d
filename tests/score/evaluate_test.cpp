#include <filesystem>

#include "gwsd/core/error.hpp"
#include "gwsd/score/probabilistic.hpp"
#include "score/evaluation_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

/// Land cells wholly in the training region (longitudes 1 to 7) and in the held-out region (8 to 12).
constexpr int training_cells = 6 * 8 * 64, holdout_cells = 4 * 8 * 64;

bool in_holdout(double lon) { return lon > 8; }

} // namespace

TEST_CASE("a perfect prediction has perfect scores, and nearest has a sub-grid R2 of 0")
{
    const EvaluationCase c;
    const auto scores = c.scores_of(perfect);
    for (const char* set : {"unseen_years", "unseen_regions"}) {
        const auto& gwsd = scores[set]["gwsd"];
        CHECK(gwsd["mae"] == 0.0);
        CHECK(gwsd["rmse"] == 0.0);
        CHECK(gwsd["r2"] == 1.0);
        CHECK(gwsd["nse_median"] == 1.0);
        CHECK(gwsd["subgrid_r2"] == 1.0);
        CHECK(gwsd["kge"].get<double>() == Approx(1));
        CHECK(gwsd["gain_over_nearest"] == 1.0);
        CHECK(gwsd["gain_over_best_baseline"] == 1.0);
        CHECK(gwsd["amplitude_error"] == 0.0);
        CHECK(gwsd["phase_error_months"] == 0.0);
        CHECK(gwsd["trend_error"] == 0.0);
        CHECK(gwsd["kind"] == "model");
        CHECK(gwsd["unit"] == "mm");
        CHECK(scores[set]["nearest"]["subgrid_r2"].get<double>() == Approx(0).margin(1e-12));
        CHECK(scores[set]["nearest"]["gain_over_nearest"] == 0.0);
        CHECK(scores[set]["nearest"]["kind"] == "baseline");
        CHECK(scores[set]["nearest"]["mae"].get<double>() > 2);
        CHECK(scores[set]["bicubic"]["effective_resolution_km"].get<double>() >
              gwsd["effective_resolution_km"].get<double>());
    }
    CHECK(scores["unseen_years"]["gwsd"]["n"] == 12.0 * training_cells);
    CHECK(scores["unseen_regions"]["gwsd"]["n"] == 48.0 * holdout_cells);
    CHECK(scores["unseen_regions"]["gwsd"]["intervals"]["gain_over_best_baseline"][0] == 1.0);
    CHECK(scores["unseen_regions"]["nearest"]["intervals"]["mae"][0] < scores["unseen_regions"]["nearest"]["mae"]);
    CHECK(scores["mass_residual_max"].get<double>() < 1e-4);
    CHECK(scores["truth_mode"] == "reference");
    CHECK_FALSE(scores.contains("validation"));
    CHECK_FALSE(scores.contains("all"));
}

TEST_CASE("an offset shows in MAE and bias and leaves correlation and sub-grid R2 as they are")
{
    const EvaluationCase c;
    const auto scores = c.scores_of([](Index, double, double, double truth) { return std::pair{truth + 5, 1.0}; });
    const auto& gwsd = scores["unseen_years"]["gwsd"];
    CHECK(gwsd["mae"].get<double>() == Approx(5).epsilon(1e-6));
    CHECK(gwsd["bias"].get<double>() == Approx(5).epsilon(1e-6));
    CHECK(gwsd["rmse"].get<double>() == Approx(5).epsilon(1e-6));
    CHECK(gwsd["subgrid_r2"].get<double>() == Approx(1).epsilon(1e-9));
    CHECK(gwsd["correlation"].get<double>() == Approx(1).epsilon(1e-9));
    CHECK(gwsd["coverage_90"] == 0.0);
    CHECK(scores["mass_residual_max"].get<double>() == Approx(5).epsilon(1e-5));
    CHECK(scores["consistency"]["gwsd"]["mass_residual_region_rms"].get<double>() == Approx(5).epsilon(1e-5));
}

TEST_CASE("a standard error of the errors' size covers 90 per cent, one half as large covers 59", "[slow]")
{
    EvaluationCase c;
    int count = 0;
    const auto noisy = [&count](double share) {
        return [&count, share](Index, double, double, double truth) {
            const double u = std::fmod(0.5 + 0.6180339887498949 * ++count, 1.0);
            return std::pair{truth + 8 * score::normal_quantile(0.9998 * u + 0.0001), 8 * share};
        };
    };
    c.write_cube();
    c.write_prediction(noisy(1));
    c.write_prediction(noisy(0.5), "narrow.nc");
    auto options = c.options();
    options.also = {"narrow=" + c.folder / "narrow.nc"};
    const auto scores = nlohmann::json::parse(score::evaluate(options).scores);
    const auto &good = scores["unseen_regions"]["gwsd"], &narrow = scores["unseen_regions"]["narrow"];
    CHECK(good["coverage_90"].get<double>() == Approx(0.9).margin(0.005));
    CHECK(good["coverage"][0].get<double>() == Approx(0.05).margin(0.005));
    CHECK(good["calibration_error"].get<double>() < 0.005);
    CHECK(good["spread_ratio"].get<double>() == Approx(1).margin(0.02));
    CHECK(good["pit"][7].get<double>() == Approx(0.05).margin(0.005));
    CHECK(good["crps"].get<double>() == Approx(8 / std::sqrt(M_PI)).epsilon(0.02));
    CHECK(narrow["coverage_90"].get<double>() == Approx(0.589).margin(0.01));
    CHECK(narrow["kind"] == "model");
    CHECK(narrow["crps"].get<double>() > good["crps"].get<double>());
    // An interpolation is given one error for all cells: its RMSE over the validation months.
    const auto& nearest = scores["unseen_years"]["nearest"];
    CHECK(nearest["sharpness"].get<double>() == Approx(nearest["rmse"].get<double>()).epsilon(0.2));
    CHECK(scores["baseline_error"].get<std::string>().find("6 validation steps") != std::string::npos);
}

TEST_CASE("a further prediction is compared with the first, with an interval")
{
    EvaluationCase c;
    const auto off_by = [](double error) {
        return [error](Index t, double, double, double truth) {
            return std::pair{truth + (t % 2 == 0 ? error : -error), 1.0};
        };
    };
    c.write_cube();
    c.write_prediction(off_by(3));
    c.write_prediction(off_by(4), "other.nc");
    auto options = c.options();
    options.also = {"other=" + c.folder / "other.nc"};
    const auto summary = score::evaluate(options);
    const auto other = nlohmann::json::parse(summary.scores)["unseen_years"]["other"];
    CHECK(other["gain_of_first"].get<double>() == Approx(0.25).epsilon(1e-3));
    CHECK(other["intervals"]["gain_of_first"][0].get<double>() == Approx(0.25).epsilon(1e-2));
    CHECK(other["subgrid_r2_gain_of_first"].get<double>() == Approx(0).margin(1e-3));
    CHECK(summary.table.find("  gwsd against other: MAE smaller by 25.0 % [25.0, 25.0]") != std::string::npos);
}

TEST_CASE("sets keep to their places: holdout, buffer and training region")
{
    const EvaluationCase c;
    const auto scores = c.scores_of([](Index t, double, double lon, double truth) {
        if (in_holdout(lon)) return std::pair{truth + 7, 1.0};
        if (lon > 7) return std::pair{truth + 1000, 1.0}; // in the buffer, which no set scores
        return std::pair{truth + (t >= 36 ? 3 : 500), 1.0};
    });
    CHECK(scores["unseen_regions"]["gwsd"]["mae"].get<double>() == Approx(7).epsilon(1e-6));
    CHECK(scores["unseen_years"]["gwsd"]["mae"].get<double>() == Approx(3).epsilon(1e-6));
    CHECK(scores["sets"]["unseen_years"]["cells"] == training_cells);
    CHECK(scores["sets"]["unseen_years"]["steps"] == 12);
    CHECK(scores["sets"]["unseen_regions"]["cells"] == holdout_cells);
}

TEST_CASE("without a test period the validation months are scored, and without any split all are, and it is said")
{
    EvaluationCase c;
    c.attributes["gwsd_test_period"] = "";
    auto scores = c.scores_of(perfect);
    CHECK(scores["unseen_years"].empty());
    CHECK(scores["sets"]["validation"]["steps"] == 6);
    CHECK(scores["verdict"].get<std::string>().find("by which training was stopped") != std::string::npos);

    EvaluationCase bare;
    bare.attributes = {{"gwsd_truth_mode", "reference"}, {"gwsd_coarse", "operator"}};
    scores = bare.scores_of(perfect);
    CHECK((scores["unseen_years"].empty() && scores["unseen_regions"].empty()));
    CHECK(scores["sets"]["all"]["cells"] == 11 * 8 * 64);
    CHECK(scores["all"]["bilinear"]["crps"].is_null());
    CHECK(scores["verdict"].get<std::string>().find("may have been trained on") != std::string::npos);
}

TEST_CASE("cells and steps that miss a value are left out for every method alike")
{
    EvaluationCase c;
    c.absent_step = 40; // 2008-05 has no satellite field
    c.truth_change = [](Index t, double lat, double lon) {
        return t == 38 && lon < 3 ? NAN : EvaluationCase::wave(t, lat, lon);
    };
    const auto scores = c.scores_of([](Index t, double, double lon, double truth) {
        return std::pair{t == 44 && lon > 5 && lon < 6 ? std::nan("") : truth, 1.0};
    });
    const double expected = 11.0 * training_cells - 2 * 8 * 64 - 1 * 8 * 64;
    for (const char* method : {"gwsd", "nearest", "bilinear", "bicubic", "smooth_conservative"})
        CHECK(scores["unseen_years"][method]["n"] == expected);
    CHECK(scores["unseen_years"]["gwsd"]["mae"] == 0.0);
    CHECK(scores["unseen_years"]["gwsd"]["coverage"][0] == 1.0);
}

TEST_CASE("without a truth only consistency is scored, and it is said")
{
    EvaluationCase c;
    c.info.has_reference = false;
    c.info.has_given = true;
    c.attributes["gwsd_truth_mode"] = "none";
    c.attributes["gwsd_coarse"] = "given";
    c.attributes["gwsd_leakage"] = "bicubic reaches 0.997";
    const auto scores = c.scores_of(perfect);
    CHECK((scores["unseen_years"].empty() && scores["unseen_regions"].empty()));
    CHECK(scores["truth_mode"] == "none");
    CHECK(scores["truth"].is_null());
    CHECK(scores["mass_residual_max"].get<double>() < 1e-4);
    CHECK(scores["consistency"]["nearest"]["subgrid_sd"].get<double>() < 1e-4);
    CHECK(scores["consistency"]["gwsd"]["subgrid_sd"].get<double>() > 3);
    CHECK(scores["leakage"] == "bicubic reaches 0.997");
    CHECK(scores["verdict"].get<std::string>().find("only consistency") != std::string::npos);
}

TEST_CASE("a truth that interpolation reaches is called no proof of downscaling")
{
    EvaluationCase c;
    c.truth_change = [](Index, double lat, double lon) {
        return 30 * std::cos(M_PI * (lat - 40) / 8) + 20 * std::cos(M_PI * lon / 12);
    };
    const auto scores = c.scores_of(perfect);
    CHECK(scores["unseen_regions"]["bicubic"]["subgrid_r2"].get<double>() > 0.995);
    CHECK(scores["verdict"].get<std::string>().find("say nothing about downscaling") != std::string::npos);
}

TEST_CASE("a quantity, its unit and an axis of instants are kept")
{
    EvaluationCase c;
    c.info.quantity = "twsa";
    c.info.unit = "%";
    c.info.time = {false, {}};
    for (int week = 0; week < 8; ++week) c.info.time.steps.push_back(geo::days_from_civil(2003, 2, 3) + 7 * week);
    c.attributes["gwsd_train_period"] = "2003-02-03:2003-02-20";
    c.attributes["gwsd_validation_period"] = "2003-02-24:2003-02-24";
    c.attributes["gwsd_test_period"] = "2003-03-20:2003-03-24";
    const auto scores = c.scores_of([](Index, double, double, double truth) { return std::pair{truth - 2, 2.0}; });
    const auto& gwsd = scores["unseen_years"]["gwsd"];
    CHECK(gwsd["unit"] == "%");
    CHECK(gwsd["mae"].get<double>() == Approx(2).epsilon(1e-5));
    CHECK(gwsd["n"] == 1.0 * training_cells);
    CHECK(gwsd["amplitude_error"].is_null());
    CHECK(gwsd["nse_median"].is_null());
    CHECK(scores["quantity"] == "twsa");
    CHECK(scores["first_step"] == "2003-02-03");
}

TEST_CASE("a prediction in cm is scored in the cube's mm")
{
    EvaluationCase c;
    c.unit = "cm";
    const auto scores = c.scores_of([](Index, double, double, double truth) {
        return std::pair{(truth + 4) / 10, 0.4};
    });
    CHECK(scores["unseen_years"]["gwsd"]["mae"].get<double>() == Approx(4).epsilon(1e-5));
    CHECK(scores["unseen_years"]["gwsd"]["sharpness"].get<double>() == Approx(4).epsilon(1e-5));
}

TEST_CASE("scores are the same bits with one thread and with two")
{
    const EvaluationCase c;
    c.write_cube();
    c.write_prediction([](Index t, double lat, double lon, double truth) {
        return std::pair{truth + std::sin(static_cast<double>(t) + 3 * lat * lon), 0.5};
    });
    auto options = c.options();
    const int before = thread_pool().threads();
    set_threads(1);
    const std::string one = score::evaluate(options).scores;
    set_threads(2);
    options.output += "2";
    const std::string two = score::evaluate(options).scores;
    set_threads(before);
    CHECK(one == two);
}

TEST_CASE("a worse and an equal prediction are called so")
{
    const EvaluationCase c;
    const auto worse = c.scores_of([](Index, double, double lon, double truth) {
        return std::pair{truth + (lon > 8 ? 90 : -90), 1.0};
    });
    CHECK(worse["verdict"].get<std::string>().find("is worse: -") != std::string::npos);
    CHECK(worse["unseen_years"]["gwsd"]["gain_over_best_baseline"].get<double>() < 0);
}

TEST_CASE("any factor is scored, and a prediction without a standard error has no probabilistic scores")
{
    for (const Index factor : {1, 3}) {
        EvaluationCase c;
        c.info.factor = factor;
        c.info.fine = geo::refine(c.info.coarse, factor);
        c.with_error = false;
        const auto scores = c.scores_of(perfect);
        const auto& gwsd = scores["unseen_regions"]["gwsd"];
        CAPTURE(factor);
        CHECK(gwsd["mae"] == 0.0);
        CHECK(gwsd["n"] == 48 * 8 * 16 * factor * factor);
        CHECK((gwsd["crps"].is_null() && gwsd["coverage_90"].is_null() && gwsd["coverage"].empty()));
        // With a factor of 1 the interpolations are the truth itself and make no error that a standard error could
        // tell.
        CHECK(scores["unseen_regions"]["bilinear"]["crps"].is_number() == (factor > 1));
        CHECK(gwsd["subgrid_r2"].is_null() == (factor == 1)); // nothing lies below the coarse cell
    }
}
