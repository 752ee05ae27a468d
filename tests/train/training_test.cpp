#include <cmath>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "support/catch.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;
namespace fs = std::filesystem;

namespace {

std::vector<std::vector<std::string>> read_csv(const std::string& path)
{
    std::vector<std::vector<std::string>> rows;
    std::istringstream lines(read_bytes(path));
    for (std::string line; std::getline(lines, line);) {
        rows.emplace_back();
        std::istringstream fields(line + ",");
        for (std::string field; std::getline(fields, field, ',');) rows.back().push_back(field);
    }
    return rows;
}

double figure(const std::vector<std::vector<std::string>>& csv, std::size_t row, const std::string& column)
{
    for (std::size_t c = 0; c < csv[0].size(); ++c)
        if (csv[0][c] == column) return std::stod(csv[row][c]);
    FAIL("no column " << column);
    return 0;
}

} // namespace

TEST_CASE("a run learns what the interpolation cannot know, and leaves a whole folder", "[slow]")
{
    Scratch scratch;
    auto config = small_config();
    config.train.epochs = 12, config.train.samples_per_epoch = 80, config.train.learning_rate = 1e-2;
    config.train.patience = 0;
    config.train.tensorboard = true;
    const auto summary = train::train(small_run(scratch / "run", config), learnable_cube());
    CHECK(summary.epochs == 12);
    CHECK(summary.steps == 12 * 20);

    const auto csv = read_csv(scratch / "run/metrics.csv");
    REQUIRE(csv.size() == 13);
    for (const auto& row : csv) CHECK(row.size() == csv[0].size());
    const double mae = figure(csv, 12, "validation_mae_mm"), base = figure(csv, 12, "interpolation_mae_mm");
    INFO("MAE " << mae << ", interpolation " << base);
    CHECK(mae < 0.6 * base);
    CHECK(figure(csv, 12, "validation_subgrid_r2") > 0.5);
    CHECK(std::abs(figure(csv, 12, "interpolation_subgrid_r2")) < 0.3);
    for (const char* column : {"train_loss", "train_beta_nll", "train_beta_nll (mm)", "train_sign (% agree)",
                               "train_mag (correlation)", "train_mass (mm)", "train_tv (mm)", "validation_loss",
                               "validation_crps_mm", "learning_rate", "gradient_norm", "variance_scale", "seconds"})
        CHECK(std::isfinite(figure(csv, 12, column)));

    const auto record = nlohmann::json::parse(read_bytes(scratch / "run/run.json"));
    CHECK(record.at("status") == "done");
    CHECK(record.at("truth_mode") == "reference");
    CHECK(record.at("leakage").at("leaks") == false);
    train::Config again;
    train::schema_of(again).read_file(scratch / "run/config.toml");
    CHECK(again.train.samples_per_epoch == 80);
    Index checkpoints = 0, events = 0;
    for (const auto& entry : fs::directory_iterator(scratch / "run")) {
        const std::string name = entry.path().filename().string();
        checkpoints += name.rfind("checkpoint_", 0) == 0 ? 1 : 0;
        events += name.rfind("events.out.tfevents.", 0) == 0 ? 1 : 0;
        CHECK(name != "lock");
    }
    CHECK(checkpoints == config.train.keep);
    CHECK(events == 1);
    CHECK(read_bytes(scratch / "run/latest") == "checkpoint_00000240.gwsd\n");

    const auto model = train::load_model(summary.model);
    CHECK(model.truth_mode == "reference");
    CHECK(model.synthetic);
    CHECK(model.resolution == Approx(1)); // downscale refuses cells of another size
    CHECK(model.input.coarse_is_operator);
    CHECK(model.normalisation.change_scale > 0);
    CHECK(model.bicubic_subgrid_r2 < 0.5);
    CHECK(model.train_period == "2005-01:2008-02"); // 48 months, of which 7 validate after 3
    CHECK(model.validation_period == "2008-06:2008-12");
    CHECK(model.hash == record.at("model_hash"));
    CHECK(train::make_network(model).parameters().size() == model.parameters.size());
    // A checkpoint is a model as well.
    CHECK_NOTHROW(train::load_model(scratch / "run/checkpoint_00000240.gwsd"));
}
