#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "gwsd/io/cube.hpp"
#include "gwsd/io/series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::test;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
namespace fs = std::filesystem;

// The recipes of examples/ on the real files, with a budget of training that shows that they work, not how well.

namespace {

const fs::path shared = GWSD_SHARED_DATA;
const std::vector<std::string> baselines{"nearest", "bilinear", "bicubic", "smooth_conservative"};

bool absent(const std::string& name)
{
    if (fs::exists(shared / name)) return false;
    WARN("SKIPPED: " << name << " is not in the folder of shared data");
    std::puts("SKIPPED: the shared data are absent");
    return true;
}

CommandResult run_recipe(const std::string& recipe, const std::string& data, const std::string& output,
                         const std::vector<std::string>& settings)
{
    std::vector<std::string> arguments{std::string(GWSD_SOURCE_DIR) + "/examples/" + recipe + "/run", data, output};
    for (const std::string& setting : settings) arguments.insert(arguments.end(), {"--set", setting});
    return run_command(arguments, {.folder = "", .environment = {{"GWSD", GWSD_BINARY}}});
}

nlohmann::json scores_in(const fs::path& folder)
{
    std::ifstream file(folder / "scores" / "scores.json");
    REQUIRE(file);
    return nlohmann::json::parse(file);
}

/// Land cells of all months of a refined field that have no finite value.
Index land_without_value(const std::string& fine, const std::string& cube)
{
    io::SeriesOptions options;
    options.quantity = "tws";
    const auto series = io::open_series({fine}, options);
    const auto land = io::open_cube(cube)->field("land_fraction", 0);
    REQUIRE(series->time().size() >= 40);
    std::vector<float> values(land->size());
    Index missing = 0;
    for (Index t = 0; t < series->time().size(); ++t) {
        series->read(t, values);
        for (std::size_t i = 0; i < values.size(); ++i) missing += (*land)[i] > 0 && !std::isfinite(values[i]);
    }
    return missing;
}

} // namespace

TEST_CASE("recipe GRACE-DA-DM: gwsd beats every interpolation in a week and in regions that trained nothing", "[slow]")
{
    if (absent("grace/GRACEDADM_CLSM025GL_7D.A20030203.030.nc4")) return;
    const TemporaryFolder folder;
    const auto result =
        run_recipe("grace_da_dm", shared.string(), folder / "out", {"train.epochs=2", "evaluate.bootstrap=50"});
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    const auto scores = scores_in(folder / "out/run");
    CHECK(scores["truth_mode"] == "reference");
    CHECK_THAT(scores["leakage"].get<std::string>(), StartsWith("none"));
    for (const char* set : {"unseen_years", "unseen_regions"})
        for (const std::string& name : baselines) {
            const auto &gwsd = scores[set]["gwsd"], &baseline = scores[set][name];
            INFO(set << ", " << name);
            CHECK(gwsd["unit"] == "%");
            CHECK(gwsd["n"] > 10000);
            CHECK(gwsd["mae"].get<double>() < 0.95 * baseline["mae"].get<double>());
            CHECK(gwsd["subgrid_r2"].get<double>() > 0.15 + baseline["subgrid_r2"].get<double>());
        }
    // The week of the test is one, and the coarse field is kept.
    CHECK_THAT(result.out, Contains("1 steps") && Contains("test period 2003-02-03 to 2003-02-03"));
    CHECK(scores["mass_residual_max"] < 0.01);
    CHECK(fs::exists(folder / "out/plains/scores/maps.png"));
}

TEST_CASE("recipe southern Brazil: real total water storage is refined, and the report claims no skill", "[slow]")
{
    if (absent("grace_l2/TWSA_CSR_200204_202309_0.5deg_Gauss250km.nc")) return;
    const TemporaryFolder folder;
    const auto result = run_recipe("south_brazil_tws", shared.string(), folder / "out",
                                   {"prepare.period=\"2015-01:2019-12\"", "run.train_region=\"-84,-56,-34,14\"",
                                    "data.train_period=\"2015-01:2017-06\"", "data.test_period=\"2018-10:2019-12\"",
                                    "train.epochs=1", "train.samples_per_epoch=32", "evaluate.bootstrap=50"});
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    const auto scores = scores_in(folder / "out/run");
    CHECK(scores["truth_mode"] == "none");
    CHECK(scores["quantity"] == "twsa");
    CHECK(scores["unseen_years"].empty());
    CHECK_THAT(scores["leakage"].get<std::string>(), StartsWith("none: interpolations"));
    CHECK_THAT(scores["verdict"].get<std::string>(), Contains("says nothing about skill"));
    // Storage is kept at the footprint of the satellites, and what is added below a coarse cell is of the size that
    // interpolation adds.
    const auto &gwsd = scores["consistency"]["gwsd"], &bicubic = scores["consistency"]["bicubic"];
    CHECK(scores["mass_residual_max"] < 2);
    CHECK(gwsd["mass_residual_cell_rms"] < 2);
    CHECK(gwsd["subgrid_sd"].get<double>() / bicubic["subgrid_sd"].get<double>() == Approx(1).margin(0.3));
    CHECK(std::isfinite(gwsd["seam_index"].get<double>()));
    for (const char* name : {"fine.nc", "scores/maps.png", "scores/map_amplitude.png", "scores/series_1.png"})
        CHECK(fs::exists(folder.path() / "out/run" / name));
    CHECK(land_without_value(folder / "out/run/fine.nc", folder / "out/run/cube.nc") == 0);

    // Where a truth exists, at 0.5 degrees, the network is near the best interpolation.
    const auto check = scores_in(folder / "out/check")["unseen_years"];
    CHECK(check["gwsd"]["unit"] == "mm");
    CHECK(check["gwsd"]["mae"] < check["nearest"]["mae"]);
    CHECK(check["gwsd"]["mae"].get<double>() == Approx(check["smooth_conservative"]["mae"].get<double>()).epsilon(0.2));
}

TEST_CASE("a recipe says which files it misses")
{
    const TemporaryFolder folder;
    for (const char* recipe : {"grace_da_dm", "south_brazil_tws"}) {
        CHECK(run_command({std::string(GWSD_SOURCE_DIR) + "/examples/" + recipe + "/run"}).code == 64);
        const auto result = run_recipe(recipe, folder.path().string(), folder / "out", {});
        CHECK(result.code == 66);
        CHECK_THAT(result.err, Contains("README.md"));
    }
}
