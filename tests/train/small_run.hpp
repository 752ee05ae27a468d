#pragma once

#include "data/small_cube.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/train/trained_model.hpp"
#include "io_output/scratch.hpp"

namespace gwsd::test {

/// A network of a few thousand weights and a few epochs of a few steps, on a cube made by learnable_cube(). Without a
/// first guess, which would be most of the work; guessing_config() has it.
inline train::Config small_config()
{
    train::Config config;
    const train::Schema schema = train::schema_of(config);
    schema.read_text(
        "model.preset = \"small\"\nmodel.first_guess = \"none\"\nmodel.hidden = 4\nmodel.channels = [4, "
        "8]\nmodel.bottleneck = 8\nmodel.groups = 2\n"
        "data.tile = 8\ndata.stride = 8\ndata.window = 3\ndata.buffer_months = 3\ntrain.batch = 4\n"
        "train.samples_per_epoch = 22\ntrain.epochs = 3\ntrain.learning_rate = 3e-3\nloss.region_size = 4\n",
        "small_config");
    return config;
}

inline train::Config guessing_config()
{
    train::Config config = small_config();
    config.model.first_guess = "auto";
    return config;
}

inline train::TrainOptions small_run(const std::string& output, train::Config config = small_config())
{
    verbosity() = Verbosity::quiet;
    return {.config = std::move(config), .cube = "cube in memory", .output = output};
}

} // namespace gwsd::test
