#include <iostream>
#include <sstream>

#include "gwsd/core/compute_device.hpp"
#include "gwsd/infer/map_predictor.hpp"
#include "gwsd/train/predictor.hpp"
#include "support/catch.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

#define GWSD_NEEDS_CUDA                                        \
    try {                                                      \
        train::require_cuda();                                 \
    } catch (const DeviceUnavailable& error) {                 \
        std::cout << "SKIPPED: " << error.what() << std::endl; \
        return;                                                \
    }

namespace {

/// Computes on the GPU while it lives.
struct OnCuda {
    OnCuda() { set_compute_device(ComputeDevice::cuda); }
    ~OnCuda() { set_compute_device(ComputeDevice::cpu); }
};

/// Two epochs of three steps.
train::Config tiny_config()
{
    train::Config config = small_config();
    config.model.hidden = 2, config.model.channels = {2, 4}, config.model.bottleneck = 4, config.model.groups = 1;
    config.data.window = 2, config.train.batch = 2, config.train.samples_per_epoch = 6, config.train.epochs = 2;
    config.data.train_period = "2005-01:2006-06", config.data.validation_period = "2006-10:2006-12";
    return config;
}

std::shared_ptr<io::MemoryCube> tiny_cube() { return learnable_cube({0, 0, 8, 8}, "2005-01:2006-12"); }

/// Numbers of metrics.csv but the seconds, row by row.
std::vector<double> figures(const std::string& run)
{
    std::istringstream lines(read_bytes(run + "/metrics.csv"));
    std::string line;
    std::getline(lines, line); // names
    std::vector<double> all;
    while (std::getline(lines, line)) {
        std::istringstream cells(line.substr(0, line.rfind(',')));
        for (std::string cell; std::getline(cells, cell, ',');) all.push_back(cell.empty() ? 0 : std::stod(cell));
    }
    return all;
}

std::vector<float> predicted_map(const std::string& run, const train::DropoutSamples& samples = {})
{
    const auto model = train::load_model(run + "/best.gwsd");
    const infer::MapPredictor predictor(model, tiny_cube(), model.input,
                                        {.tile = 8, .overlap = 0, .batch = 1, .dropout = samples});
    std::vector<float> mean;
    const std::vector<Index> steps{20};
    predictor.run(steps, [&](Index, infer::PredictedMap&& map) { mean = map.mean; });
    return mean;
}

} // namespace

TEST_CASE("training and prediction on the device give what they give on the CPU")
{
    GWSD_NEEDS_CUDA
    Scratch scratch;
    train::train(small_run(scratch / "cpu", tiny_config()), tiny_cube());
    const auto expected = figures(scratch / "cpu");
    const auto expected_map = predicted_map(scratch / "cpu");

    const OnCuda on_cuda;
    train::train(small_run(scratch / "cuda", tiny_config()), tiny_cube());
    const auto got = figures(scratch / "cuda");
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(std::abs(got[i] - expected[i]) <= 2e-3 * (std::abs(expected[i]) + 1e-2));
    const auto map = predicted_map(scratch / "cpu"); // the CPU's model, applied on the device
    REQUIRE(map.size() == expected_map.size());
    for (std::size_t i = 0; i < map.size(); ++i) CHECK(std::abs(map[i] - expected_map[i]) < 1e-3F);
}

TEST_CASE("dropout on the device has the masks of the CPU, in training and in samples")
{
    GWSD_NEEDS_CUDA
    Scratch scratch;
    train::Config config = tiny_config();
    config.model.dropout = 0.3, config.train.epochs = 1;
    train::train(small_run(scratch / "cpu", config), tiny_cube());
    const auto expected = figures(scratch / "cpu");
    const auto expected_map = predicted_map(scratch / "cpu", {.count = 2, .seed = 3});

    const OnCuda on_cuda;
    train::train(small_run(scratch / "cuda", config), tiny_cube());
    const auto got = figures(scratch / "cuda");
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i)
        CHECK(std::abs(got[i] - expected[i]) <= 2e-3 * (std::abs(expected[i]) + 1e-2));
    const auto map = predicted_map(scratch / "cpu", {.count = 2, .seed = 3});
    REQUIRE(map.size() == expected_map.size());
    for (std::size_t i = 0; i < map.size(); ++i) CHECK(std::abs(map[i] - expected_map[i]) < 1e-3F);
}

TEST_CASE("a run on the device that is stopped after an epoch and resumed has the bits of one that is not")
{
    GWSD_NEEDS_CUDA
    const OnCuda on_cuda;
    Scratch scratch;
    train::Config config = tiny_config();
    train::train(small_run(scratch / "whole", config), tiny_cube());
    auto options = small_run(scratch / "parts", config);
    train::train(options, tiny_cube());
    std::filesystem::remove(scratch / "parts/checkpoint_00000006.gwsd"); // what the second epoch left
    std::filesystem::remove(scratch / "parts/best.gwsd");
    options.resume = "auto";
    train::train(options, tiny_cube());
    CHECK(read_bytes(scratch / "whole/best.gwsd") == read_bytes(scratch / "parts/best.gwsd"));
    CHECK(figures(scratch / "whole") == figures(scratch / "parts"));
}
