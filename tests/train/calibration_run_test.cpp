#include <filesystem>
#include <nlohmann/json.hpp>

#include "gwsd/core/parallel.hpp"
#include "gwsd/train/predictor.hpp"
#include "support/catch.hpp"
#include "train/run_folder.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

/// An ensemble of two and two folds, one epoch each, on strips of 8 degrees.
train::Config whole_config()
{
    train::Config config = guessing_config();
    config.train.epochs = 1;
    config.train.members = 2, config.train.calibration_folds = 2, config.train.fold_epochs = 1;
    config.data.holdout_buffer = 1;
    return config;
}

std::vector<float> prediction(const train::TrainedModel& model)
{
    const auto cube = data::with_memory(learnable_cube(), model.input.memory, model.input.coarse_variable());
    const auto guess =
        model.input.first_guess ? std::make_shared<const data::FirstGuess>(model.place, cube->info().fine) : nullptr;
    const data::BatchMaker maker(cube, model.input, model.normalisation, 8, 8, guess);
    const std::vector<data::Tile> tile{{20, 4, 4}};
    const auto p = (*train::make_predictor(model))(maker.inputs(tile));
    return p.mean.to_vector();
}

} // namespace

TEST_CASE("a run with members and folds leaves one model with all members and a recalibration, whatever the threads")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    set_threads(1);
    train::train(small_run(scratch / "one", whole_config()), cube);
    set_threads(default_threads());
    const auto summary = train::train(small_run(scratch / "run", whole_config()), cube);
    const auto model = train::load_model(summary.model);
    REQUIRE(model.others.size() == 1);
    CHECK(model.others[0].size() == model.parameters.size());
    CHECK(nlohmann::json::parse(read_bytes(scratch / "run/run.json")).at("model_hash") == model.hash);
    CHECK(nlohmann::json::parse(read_bytes(scratch / "run/run.json")).at("status") == "done");

    REQUIRE(model.recalibration);
    const train::Recalibration& r = *model.recalibration;
    CHECK(r.method == "conformal");
    CHECK(r.unseen_from == "folds");
    CHECK(r.observed.size() == 19);
    CHECK(r.extent.east == Approx(16));
    CHECK(r.factor(train::Place::unseen, 0, 0) != r.factor(train::Place::trained, 0, 0));

    // The file's first member is the run's own network, the second that of the next seed.
    const auto alone = train::load_model(scratch / "run/checkpoint_00000006.gwsd");
    const auto other = train::load_model(scratch / "run/members/2/best.gwsd");
    const auto first = prediction(alone), second = prediction(other), both = prediction(model);
    CHECK(first != second);
    for (std::size_t i = 0; i < both.size(); ++i) REQUIRE(both[i] == Approx(0.5 * (first[i] + second[i])).margin(1e-6));

    // Each fold leaves out its own part of the land.
    const auto left_out = [&](const std::string& k) {
        return train::load_model(scratch / ("run/folds/" + k + "/best.gwsd")).holdout_regions;
    };
    CHECK(left_out("1") != left_out("2"));
    CHECK(left_out("1") == "0,0,8,16");
    CHECK(left_out("2") == "8,0,16,16");

    // The number of threads changes no more than rounding does.
    const auto again = train::load_model(scratch / "one/best.gwsd");
    for (std::size_t i = 0; i < r.factors.size(); ++i)
        CHECK(again.recalibration->factors[i] == Approx(r.factors[i]).epsilon(0.02));
}

TEST_CASE("a run that is over gives the same file again, and one stopped between its networks goes on to it")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    auto options = small_run(scratch / "run", whole_config());
    train::train(options, cube);
    const std::string bytes = read_bytes(scratch / "run/best.gwsd");
    options.resume = "auto";
    train::train(options, cube);
    CHECK(read_bytes(scratch / "run/best.gwsd") == bytes);
    std::filesystem::remove_all(scratch / "run/folds/2"); // never begun
    std::filesystem::remove(scratch / "run/members/2/best.gwsd");
    std::filesystem::remove(scratch / "run/members/2/checkpoint_00000006.gwsd"); // killed in its only epoch
    train::train(options, cube);
    CHECK(read_bytes(scratch / "run/best.gwsd") == bytes);
    // More members and folds may be asked for later; nothing else may change.
    options.config.train.members = 1, options.config.train.calibration_folds = 0;
    train::train(options, cube);
    const auto model = train::load_model(scratch / "run/best.gwsd");
    CHECK(model.others.empty());
    CHECK(model.recalibration->unseen_from == "told");
}

TEST_CASE("the method of calibration is the configuration's, and none leaves sigma as the network gave it")
{
    Scratch scratch;
    auto config = small_config();
    config.train.epochs = 1;
    for (const std::string method : {"none", "variance", "isotonic"}) {
        config.calibration.method = method;
        const auto model = train::load_model(train::train(small_run(scratch / method, config), learnable_cube()).model);
        REQUIRE(model.recalibration);
        CHECK(model.recalibration->method == method);
        const double factor = model.recalibration->factor(train::Place::trained, 1, 2);
        if (method == "none") CHECK(factor == 1);
        // The same errors, summed in other bins.
        if (method == "variance") CHECK(factor * factor == Approx(model.variance_scale).epsilon(1e-5));
        CHECK(model.recalibration->observed.size() == (method == "isotonic" ? 19U : 0U));
    }
}

TEST_CASE("folders of members that hold another run are refused before anything is trained")
{
    Scratch scratch;
    std::filesystem::create_directories(scratch / "run/members/2");
    write_bytes(scratch / "run/members/2/best.gwsd", "another");
    CHECK_THROWS_AS(train::train(small_run(scratch / "run", whole_config()), learnable_cube()), CannotCreate);
    CHECK_FALSE(std::filesystem::exists(scratch / "run/metrics.csv"));
    auto config = whole_config();
    config.data.split = "paper_random";
    CHECK_THROWS_WITH(train::train(small_run(scratch / "other", config), learnable_cube()),
                      Catch::Matchers::Contains("train.calibration_folds"));
}
