#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>

#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

namespace {

/// What `gwsd inspect` says of the extent of a cube.
std::string described(const std::string& cube) { return run_gwsd({"inspect", cube}).out; }

} // namespace

TEST_CASE("gwsd run trains on one region and refines another", "[slow]")
{
    const TemporaryFolder folder;
    const CommandOptions here{.folder = folder.path().string(), .environment = {}};
    REQUIRE(
        run_gwsd({"world", "--output", "world", "--region", "0,40,16,52", "--period", "2009-01:2009-12"}, here).code ==
        0);
    std::ofstream(folder / "two.toml") << R"(
prepare.gwsa = "world/gwsa.nc"
prepare.land = "world/land.nc:land_fraction"
prepare.region = "4,44,8,48"
run.train_region = "0,40,16,52"
data.truth_mode = "scale_shift"
data.window = 1
data.max_missing = 0
data.buffer_months = 0
data.tile = 8
data.stride = 8
loss.weight.sign = 0
loss.weight.mag = 0
model.preset = "small"
train.epochs = 1
train.samples_per_epoch = 4
)";
    const auto result = run_gwsd({"run", "two.toml", "--output", "out"}, here);
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    CHECK_THAT(described(folder / "out/train_cube.nc"), Contains("lat 40 .. 52, lon 0 .. 16"));
    CHECK_THAT(described(folder / "out/cube.nc"), Contains("lat 44 .. 48, lon 4 .. 8"));
    CHECK_THAT(described(folder / "out/fine.nc"), Contains("lat 44 .. 48, lon 4 .. 8"));
    CHECK(fs::exists(folder / "out/scores/scores.json"));

    // Another training region trains again and prepares only what it needs.
    const auto again =
        run_gwsd({"run", "two.toml", "--output", "out", "--set", "run.train_region=\"0,40,12,52\""}, here);
    INFO(again.out << again.err);
    REQUIRE(again.code == 0);
    CHECK_THAT(again.err, Contains("prepare: done before") && Contains("== train: a network"));
    CHECK_THAT(described(folder / "out/train_cube.nc"), Contains("lon 0 .. 12"));
}
