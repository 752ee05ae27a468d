#include "train/input_choice.hpp"

#include <nlohmann/json.hpp>

#include "data/small_cube.hpp"
#include "support/catch.hpp"
#include "train/model_description.hpp"

using namespace gwsd;
using namespace gwsd::test;

TEST_CASE("memories are read where the training months are many enough, and what is left out is no predictor")
{
    const auto info = learnable_cube()->info();
    const auto months_at = [&](Index training_steps) {
        train::Config config;
        config.data.memory = {3, 12};
        config.data.coarse_memory = 0;
        const auto spec = train::input_spec(config, info, true, training_steps);
        std::vector<Index> months;
        for (const auto& memory : spec.memory) months.push_back(memory.months);
        CHECK(spec.predictors.size() == info.predictors.size() + months.size());
        for (const auto& memory : spec.memory)
            CHECK(std::count(spec.predictors.begin(), spec.predictors.end(), memory.name()) == 1);
        return months;
    };
    CHECK(months_at(48) == std::vector<Index>{3, 12});
    CHECK(months_at(47) == std::vector<Index>{3});
    CHECK(months_at(24) == std::vector<Index>{3});
    CHECK(months_at(23).empty());
    train::Config twice;
    twice.data.memory = {3, 3};
    CHECK_THROWS_WITH(train::input_spec(twice, info, true, 100), "data.memory: has 3 months twice");
}

TEST_CASE("memories hold snow back where the network reads a temperature")
{
    auto info = learnable_cube()->info();
    train::Config config;
    config.data.memory = {3};
    const auto temperature = [&] { return train::input_spec(config, info, true, 48).memory.front().temperature; };
    CHECK(temperature().empty());
    info.predictors.push_back("t2m"), info.predictor_units.push_back("K");
    CHECK(temperature() == "t2m");
    const auto spec = train::input_spec(config, info, true, 48);
    CHECK(train::input_from(train::input_json(spec)).memory == spec.memory);
    config.data.temperature = "";
    CHECK(temperature().empty());
    config.data.temperature = "t2m", config.data.predictors = {"tp", "swvl1"};
    CHECK(temperature().empty());
}

TEST_CASE("the coarse field's memory is a predictor from four times its months on, and 0 leaves it out")
{
    const auto cube = test::learnable_cube();
    const auto predictors = [&](Index months, Index training_steps) {
        train::Config config;
        config.data.memory = {};
        config.data.coarse_memory = months;
        return train::input_spec(config, cube->info(), true, training_steps).predictors;
    };
    const auto& own = cube->info().predictors;
    auto more = own;
    more.push_back("gwsa_memory12");
    CHECK(predictors(12, 48) == more);
    CHECK(predictors(12, 47) == own);
    CHECK(predictors(0, 100) == own);
    CHECK(train::load_config("", {}, "paper").data.coarse_memory == 0);
}
