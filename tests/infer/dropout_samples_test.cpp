#include <cmath>

#include "gwsd/infer/map_predictor.hpp"
#include "gwsd/score/seam.hpp"
#include "infer/downscale_case.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::infer;
using Case = test::DownscaleCase;

namespace {

train::TrainedModel dropping()
{
    auto model = test::small_model();
    model.network.dropout = 0.3;
    return model;
}

std::vector<PredictedMap> predicted(const std::vector<Index>& steps, const PredictorOptions& options,
                                    const test::CubeChoice& choice = {})
{
    const auto model = dropping();
    const MapPredictor predictor(model, test::small_cube(choice), model.input, options);
    std::vector<PredictedMap> maps;
    predictor.run(steps, [&](Index, PredictedMap&& map) { maps.push_back(std::move(map)); });
    return maps;
}

using test::largest_difference;

} // namespace

TEST_CASE("All tiles and months are computed by the same sampled networks, so that no edge of a tile shows")
{
    const train::DropoutSamples samples{.count = 2, .seed = 3};
    // Which tiles share a batch, and at which place in it, has no say.
    const auto many = predicted({1, 2}, {.tile = 8, .batch = 4, .dropout = samples});
    const auto single = predicted({1, 2}, {.tile = 8, .batch = 1, .dropout = samples});
    const auto alone = predicted({2}, {.tile = 8, .batch = 4, .dropout = samples});
    for (std::size_t t = 0; t < 2; ++t) CHECK(largest_difference(many[t].mean, single[t].mean) < 1e-3);
    CHECK(largest_difference(many[1].mean, alone[0].mean) == 0);
    CHECK(largest_difference(many[1].variance, alone[0].variance) == 0);
    // It could have: another seed is far away.
    const auto other = predicted({1, 2}, {.tile = 8, .batch = 4, .dropout = {.count = 2, .seed = 4}});
    CHECK(largest_difference(many[0].mean, other[0].mean) > 0.1);

    const test::CubeChoice wide{.region = {0, 30, 24, 54}};
    const auto map = predicted({3}, {.tile = 16, .batch = 2, .dropout = samples}, wide);
    score::SeamIndex tiles(24); // tiles are 12 coarse cells apart
    tiles.add(test::small_cube(wide)->info().fine, map[0].mean);
    CHECK(tiles.value() < 1.15);
}

TEST_CASE("downscale says how many samples it took, and with what seed")
{
    Case c({}, dropping());
    c.run();
    CHECK_FALSE(io::WrittenFile(c.options.output).attribute("gwsd_dropout_samples"));
    const auto whole = c.read("gwsa_standard_error", 4);
    c.options.config.dropout_samples = 3, c.options.seed = 8, c.options.output = c.folder / "samples.nc";
    c.run();
    CHECK(io::WrittenFile(c.options.output).attribute("gwsd_dropout_samples") == "3, seed 8");
    CHECK(largest_difference(whole, c.read("gwsa_standard_error", 4, "samples.nc")) > 0);
}

TEST_CASE("the levels of a calibration that was fitted to another number of samples are not stated")
{
    auto model = dropping();
    train::Recalibration r;
    r.method = "conformal", r.extent = {4, 44, 12, 50}, r.unseen_from = "told", r.dropout_samples = 2;
    r.factors.assign(static_cast<std::size_t>(r.groups()), 2.0);
    for (int i = 0; i < 19; ++i) r.observed.push_back(train::Recalibration::level(i));
    model.recalibration = r;
    Case c({}, model);
    for (const Index count : {0, 2, 3}) {
        c.options.config.dropout_samples = count, c.options.overwrite = true;
        c.run();
        CHECK(io::WrittenFile(c.options.output).attribute("gwsd_observed_levels").has_value() == (count == 2));
    }
}

TEST_CASE("gwsd downscale --dropout-samples gives the same bytes for the same seed, and 64 where there is no dropout")
{
    Case c({}, dropping());
    auto none = test::small_model();
    train::save_model(c.folder / "none.gwsd", none, false);
    const auto command = [&](const std::string& model, const std::string& output,
                             const std::vector<std::string>& more) {
        std::vector<std::string> all{"downscale", "--model",         c.folder / model, "--cube", c.options.cube,
                                     "--output",  c.folder / output, "--tile",         "8"};
        all.insert(all.end(), more.begin(), more.end());
        return test::run_gwsd(all);
    };
    for (const char* name : {"a.nc", "b.nc", "other.nc"})
        REQUIRE(command("model.gwsd", name, {"--dropout-samples", "2", "--seed", name[0] == 'o' ? "2" : "1"}).code ==
                0);
    CHECK(test::read_bytes(c.folder / "a.nc") == test::read_bytes(c.folder / "b.nc"));
    CHECK(largest_difference(c.read("gwsa", 4, "a.nc"), c.read("gwsa", 4, "other.nc")) > 0.01);

    const auto refused = command("none.gwsd", "x.nc", {"--dropout-samples", "2"});
    CHECK(refused.code == 64);
    CHECK(refused.err.find("was trained without dropout") != std::string::npos);
    CHECK(refused.err.find("--set model.dropout=0.1") != std::string::npos);
    CHECK(command("model.gwsd", "x.nc", {"--dropout-samples", "-1"}).code == 64);
    CHECK(command("none.gwsd", "x.nc", {"--set", "downscale.dropout_samples=2"}).code == 64);
    CHECK(command("none.gwsd", "x.nc", {"--set", "downscale.dropout_samples=2.5"}).code == 78);
    const auto seen = test::run_gwsd({"inspect", c.options.model});
    CHECK(seen.out.find("network.dropout") != std::string::npos);
}
