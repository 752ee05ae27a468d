#include <algorithm>

#include "support/catch.hpp"
#include "train/small_run.hpp"
#include "train/training_data.hpp"

using namespace gwsd;
using namespace gwsd::test;

TEST_CASE("a network that trains on the operator's view meets the gaps of the given field where it is asked to")
{
    verbosity() = Verbosity::quiet;
    const auto cube = learnable_cube();
    constexpr Index gap = 14; // 2006-03
    cube->info().has_given = true;
    for (Index t = 0; t < cube->info().time.size(); ++t)
        if (t != gap) cube->set("gwsa", t, *cube->field("gwsa_operator", t));
    auto config = small_config();
    const auto steps = [&] { return train::prepare_training(cube, config, 1); };

    config.data.imitate_gaps = true;
    const auto with_gap = steps();
    CHECK(std::count(with_gap.train_steps.begin(), with_gap.train_steps.end(), gap) == 0);
    CHECK_FALSE(with_gap.maker->has_coarse(gap));
    // The next month reads a window in which the gap is zero and marked by the last channel.
    const data::Tile tile{gap + 1, 0, 0};
    const auto batch = with_gap.maker->inputs({&tile, 1});
    const Index channels = batch.coarse.extent(4), before = config.data.window - 2;
    const auto value = [&](Index step, Index channel) {
        return batch.coarse.data()[step * batch.coarse.elements() / config.data.window + channel];
    };
    CHECK(value(before, 0) == 0.0F);
    CHECK(value(before, channels - 1) == 0.0F);
    CHECK(value(before + 1, channels - 1) == 1.0F);

    config.data.imitate_gaps = false;
    const auto without = steps();
    CHECK(std::count(without.train_steps.begin(), without.train_steps.end(), gap) == 1);
    CHECK(without.train_steps.size() == with_gap.train_steps.size() + 1);
}
