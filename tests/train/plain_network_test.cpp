#include <algorithm>

#include "support/catch.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

TEST_CASE("presets of the plain network ask for the fields and the data term alone, and sizes can be changed")
{
    for (const std::string preset : {"cnn", "cnn_small"}) {
        const auto config = train::load_config("", {}, preset);
        CHECK(config.data.memory.empty());
        CHECK(config.model.first_guess == "none");
        CHECK(std::all_of(config.loss.weight.begin(), config.loss.weight.end(),
                          [](const auto& term) { return term.second == 0; }));
    }
    CHECK(train::load_config("", {}, "cnn_small").data.tile == train::load_config("", {}, "small").data.tile);
    CHECK(train::load_config("", {"loss.weight.mass=1"}, "cnn").loss.weight.at("mass") == 1);
}

TEST_CASE("a plain network trains, and its model is read back whole")
{
    Scratch scratch;
    auto config = small_config();
    config.model.preset = "cnn_small", config.model.residual_blocks = 2, config.model.channels = {4};
    const auto summary = train::train(small_run(scratch / "run", config), learnable_cube());
    auto model = train::load_model(summary.model);
    CHECK(model.network.residual_blocks == 2);
    const auto network = train::make_network(model);
    CHECK(network.parameters().size() == model.parameters.size());
    CHECK(network.parameters().front().name == "cnn.entry.weight");

    model.network.residual_blocks = 3;
    CHECK_THROWS_AS(train::make_network(model), DataError);
    model.network.residual_blocks = 0;
    CHECK_THROWS_AS(train::make_network(model), DataError);
}
