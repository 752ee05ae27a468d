#include <nlohmann/json.hpp>

#include "gwsd/data/leakage.hpp"
#include "support/catch.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

/// The cube with an interpolation of the input as its truth.
std::shared_ptr<io::MemoryCube> interpolated_truth(geo::Method method)
{
    auto cube = learnable_cube();
    const auto to_fine = geo::make_regridder(method, cube->info().coarse, cube->info().fine);
    for (Index t = 0; t < cube->info().time.size(); ++t) {
        std::vector<float> fine(static_cast<std::size_t>(cube->info().fine.cells()));
        to_fine->apply(*cube->field("gwsa_operator", t), fine);
        cube->set("reference", t, fine);
    }
    return cube;
}

} // namespace

TEST_CASE("a target that an interpolation of the input gives is refused, unless allowed")
{
    Scratch scratch;
    for (const geo::Method method : {geo::Method::bilinear, geo::Method::bicubic, geo::Method::nearest}) {
        const auto cube = interpolated_truth(method);
        auto options = small_run(scratch / geo::to_string(method));
        options.config.train.epochs = 1;
        CHECK_THROWS_AS(train::train(options, cube), DataError);
        CHECK_THROWS_WITH(train::train(options, cube), Catch::Matchers::Contains("--allow-leakage"));
        options.config.data.allow_leakage = true;
        const auto model = train::load_model(train::train(options, cube).model);
        CHECK(model.leakage_allowed);
        if (method == geo::Method::bilinear) CHECK(model.bilinear_subgrid_r2 > 0.999);
        if (method == geo::Method::bicubic) CHECK(model.bicubic_subgrid_r2 > 0.999);
        if (method == geo::Method::nearest) CHECK(std::isnan(model.bilinear_subgrid_r2)); // nothing below the grid
    }
    auto options = small_run(scratch / "honest");
    options.config.data.allow_leakage = true;
    options.config.train.epochs = 1;
    // The permission is no stain where it was not needed.
    CHECK_FALSE(train::load_model(train::train(options, learnable_cube()).model).leakage_allowed);
}

TEST_CASE("sub-grid R2 is 0 for the coarse cell's own mean and 1 for the truth")
{
    const std::vector<double> truth{1, 2, 4, 9}, weight{1, 2, 1, 0.5};
    data::SubgridSums same, shifted, flat;
    for (std::size_t i = 0; i < 4; ++i) {
        same.add(truth[i], truth[i], weight[i]);
        shifted.add(truth[i] + 100, truth[i], weight[i]);
        flat.add(7, truth[i], weight[i]);
    }
    for (auto* sums : {&same, &shifted, &flat}) sums->end_block();
    CHECK(same.r2() == Approx(1));
    CHECK(shifted.r2() == Approx(1));
    CHECK(flat.r2() == Approx(0).margin(1e-12));
    data::SubgridSums nothing;
    nothing.add(3, 5, 1), nothing.add(4, 5, 1), nothing.end_block();
    CHECK_FALSE(nothing.has_subgrid());
}

TEST_CASE("steps without a finite gradient are left out, and end the run when they go on")
{
    Scratch scratch;
    auto options = small_run(scratch / "run");
    options.config.train.learning_rate = 10, options.config.train.clip = 0, options.config.train.warmup_epochs = 0;
    options.config.train.weight_decay = 10, options.config.train.epochs = 40, options.config.train.patience = 0;
    const auto cube = learnable_cube();
    // One training month is so large that the network's numbers leave the range of floats.
    for (const char* name : {"tp", "tp_coarse"}) {
        auto field = *cube->field(name, 10);
        field[0] = 1e38F;
        cube->set(name, 10, field);
    }
    for (Index t = 0; t < 40; ++t) {
        auto field = *cube->field("reference", t);
        field[40] = t == 10 ? 3e38F : field[40];
        cube->set("reference", t, field);
    }
    CHECK_THROWS_AS(train::train(options, cube), NumericalError);
    const auto bad = nlohmann::json::parse(read_bytes(scratch / "run/bad_batches.json"));
    CHECK(bad.at("samples").size() >= 1);
    CHECK(bad.at("samples")[0].contains("month"));
    CHECK(nlohmann::json::parse(read_bytes(scratch / "run/run.json"))
              .at("status")
              .get<std::string>()
              .rfind("failed: ", 0) == 0);
}

TEST_CASE("what the cube cannot serve is refused with the key or the variable, before anything is trained")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    const auto refused = [&](const std::function<void(train::Config&)>& change, ExitCode code, const std::string& words,
                             std::shared_ptr<const io::FieldSource> of = nullptr) {
        auto options = small_run(scratch / "run");
        change(options.config);
        try {
            train::train(options, of ? of : cube);
            FAIL("trained, although it should say " << words);
        } catch (const Error& error) {
            INFO(error.what());
            CHECK(error.exit_code() == code);
            CHECK(std::string(error.what()).find(words) != std::string::npos);
        }
    };
    using C = train::Config;
    refused([](C& c) { c.data.precipitation = "rain"; }, ExitCode::bad_configuration, "'rain'");
    refused([](C& c) { c.data.soil_moisture = "sm"; }, ExitCode::bad_configuration, "loss.weight.");
    refused([](C& c) { c.loss.product_sigma = true; }, ExitCode::bad_configuration, "gwsa_sigma");
    refused([](C& c) { c.data.predictors = {"t2m"}; }, ExitCode::bad_configuration, "'t2m'");
    refused([](C& c) { c.data.tile = 9; }, ExitCode::bad_configuration, "data.tile = 9");
    refused([](C& c) { c.data.stride = 10; }, ExitCode::bad_configuration, "data.stride");
    refused([](C& c) { c.data.scratch = "/no/such/folder"; }, ExitCode::cannot_create, "data.scratch");
    refused([](C& c) { c.data.coarse = "given"; }, ExitCode::bad_configuration, "data.coarse = given");
    refused([](C& c) { c.data.test_period = "1990-01:1990-12"; }, ExitCode::bad_configuration, "2005-01 to 2008-12");
    refused([](C& c) { c.data.train_period = "2005-01:2005-01"; }, ExitCode::bad_configuration, "data.train_period");
    refused([](C& c) { c.data.holdout_regions = {{-10, -10, 20, 20}}; }, ExitCode::bad_data, "land");
    refused([](C& c) { c.model.upsampling = "nearest"; }, ExitCode::bad_configuration, "model.upsampling");
    refused([](C& c) { c.data.truth_mode = "none"; }, ExitCode::bad_data, "nothing to learn");
    const auto given = learnable_cube();
    given->info().has_reference = false, given->info().has_given = true;
    refused([](C& c) { c.data.truth_mode = "reference"; }, ExitCode::bad_data, "no fine reference", given);
    const auto dry = learnable_cube();
    dry->info().predictors = {"swvl1"}, dry->info().predictor_units = {"m3 m-3"};
    refused([](C&) {}, ExitCode::bad_configuration, "no predictor 'tp'", dry);
    std::vector<std::string> absent; // every window has one of these
    for (int year = 2005; year <= 2008; ++year)
        for (const char* month : {"-02", "-04", "-06", "-08", "-10", "-12"})
            absent.push_back(std::to_string(year) + month);
    refused([](C& c) { c.data.max_missing = 0; }, ExitCode::bad_configuration, "no sample is left",
            learnable_cube({0, 0, 16, 16}, "2005-01:2008-12", 2, absent));
    auto options = small_run(scratch / "weightless");
    options.config.loss.weight["sign"] = options.config.loss.weight["mag"] = 0, options.config.train.epochs = 1;
    CHECK_NOTHROW(train::train(options, dry));
}
