#include "train/input_choice.hpp"

#include "data/small_cube.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;

TEST_CASE("memories are read where the training months are many enough, and what is left out is no predictor")
{
    const auto info = learnable_cube()->info();
    const auto months_at = [&](Index training_steps) {
        train::Config config;
        config.data.memory = {3, 12};
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
