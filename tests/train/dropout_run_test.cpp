#include <cmath>

#include "gwsd/train/predictor.hpp"
#include "support/catch.hpp"
#include "train/ensemble.hpp"
#include "train/small_run.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

train::Config with_dropout(double share)
{
    train::Config config = small_config();
    config.model.dropout = share, config.train.epochs = 1;
    return config;
}

data::Batch a_batch(const train::TrainedModel& model)
{
    const auto cube = data::with_memory(learnable_cube(), model.input.memory, model.input.coarse_variable());
    const auto guess =
        model.input.first_guess ? std::make_shared<const data::FirstGuess>(model.place, cube->info().fine) : nullptr;
    const data::BatchMaker maker(cube, model.input, model.normalisation, 8, 8, guess);
    const std::vector<data::Tile> tiles{{20, 4, 4}, {21, 8, 0}};
    return maker.inputs(tiles);
}

std::vector<float> values(const train::PredictedBatch& p)
{
    auto all = p.mean.to_vector();
    const auto more = p.log_variance.to_vector();
    all.insert(all.end(), more.begin(), more.end());
    return all;
}

std::vector<float> sampled(const train::TrainedModel& model, const train::DropoutSamples& samples = {})
{
    return values((*train::make_predictor(model, samples))(a_batch(model)));
}

} // namespace

TEST_CASE("training with dropout gives the same bits again, others for another share, and a model that says so")
{
    Scratch scratch;
    const auto cube = learnable_cube();
    const auto best = [&](const std::string& name, double share) {
        return train::load_model(train::train(small_run(scratch / name, with_dropout(share)), cube).model);
    };
    const auto first = best("first", 0.3), again = best("again", 0.3), whole = best("whole", 0);
    CHECK(first.network.dropout == 0.3);
    CHECK(first.hash == again.hash);
    CHECK(first.hash != whole.hash);
    CHECK(read_bytes(scratch / "first/best.gwsd") == read_bytes(scratch / "again/best.gwsd"));

    // A prediction is the whole network's, unless samples are asked for.
    auto not_dropping = first;
    not_dropping.network.dropout = 0;
    CHECK(sampled(first) == sampled(not_dropping));
    CHECK_THROWS_WITH(sampled(whole, {.count = 2}), Catch::Matchers::Contains("trained without dropout"));
}

TEST_CASE("samples are the mixture of networks that seed and number draw, and differ where the network is unsure")
{
    Scratch scratch;
    auto config = with_dropout(0.3);
    const auto model = train::load_model(train::train(small_run(scratch / "run", config), learnable_cube()).model);
    const auto network = train::make_network(model);
    const data::Batch batch = a_batch(model);
    std::vector<train::PredictedBatch> passes;
    for (std::uint64_t k = 0; k < 3; ++k) {
        const auto p = network(Variable<float>(batch.coarse), Variable<float>(batch.fine), Variable<float>(batch.base),
                               nn::ChannelDropout::sampled(0.3, 5, k));
        passes.push_back({p.mean.value(), p.log_variance.value()});
    }
    CHECK(sampled(model, {.count = 3, .seed = 5}) == values(train::mixture(passes)));
    CHECK(sampled(model, {.count = 3, .seed = 6}) != values(train::mixture(passes)));

    // The variance is larger than the mean of the passes' own wherever their means differ.
    const auto mixed = train::mixture(passes);
    Index apart = 0;
    for (Index i = 0; i < mixed.mean.elements(); ++i) {
        double own = 0;
        for (const auto& p : passes) own += std::exp(static_cast<double>(p.log_variance.data()[i])) / 3;
        if (passes[0].mean.data()[i] == passes[1].mean.data()[i]) continue;
        ++apart;
        REQUIRE(std::exp(static_cast<double>(mixed.log_variance.data()[i])) > own * (1 - 1e-6));
    }
    CHECK(apart > mixed.mean.elements() / 2);
}

TEST_CASE("every member of an ensemble is sampled")
{
    Scratch scratch;
    auto config = with_dropout(0.3);
    config.train.members = 2;
    const auto model = train::load_model(train::train(small_run(scratch / "run", config), learnable_cube()).model);
    REQUIRE(model.others.size() == 1);
    const train::DropoutSamples samples{.count = 2, .seed = 5};
    const auto first = sampled(member(model, 0), samples), second = sampled(member(model, 1), samples),
               both = sampled(model, samples);
    for (std::size_t i = 0; i < both.size() / 2; ++i)
        REQUIRE(both[i] == Approx(0.5 * (first[i] + second[i])).margin(1e-6));
}

TEST_CASE("the calibration is fitted to as many samples as it is asked for, without training anew")
{
    Scratch scratch;
    auto options = small_run(scratch / "run", with_dropout(0.7));
    const auto cube = learnable_cube();
    const auto before = train::load_model(train::train(options, cube).model);
    CHECK(before.recalibration->dropout_samples == 0);
    options.config.calibration.dropout_samples = 4, options.resume = "auto";
    const auto after = train::load_model(train::train(options, cube).model);
    CHECK(after.hash == before.hash); // the same parameters
    CHECK(after.recalibration->dropout_samples == 4);
    CHECK(after.recalibration->factors[0] < before.recalibration->factors[0]); // the spread is in sigma already

    auto config = with_dropout(0);
    config.calibration.dropout_samples = 4;
    CHECK_THROWS_WITH(train::train(small_run(scratch / "none", config), cube),
                      Catch::Matchers::Contains("set model.dropout"));
    CHECK_FALSE(std::filesystem::exists(scratch / "none/metrics.csv"));
}
