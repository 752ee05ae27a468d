#include "gwsd/core/error.hpp"
#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "gwsd/optim/ema.hpp"
#include "gwsd/optim/optimiser.hpp"
#include "gwsd/optim/schedule.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;

TEST_CASE("AdamW takes the steps that its formula gives, and only weights decay")
{
    const std::vector<NamedParameter<double>> parameters{
        {"weight", Variable<double>(Tensor<double>::from({1, 2}, {1.0, -2.0}), true)},
        {"bias", Variable<double>(Tensor<double>::from({1}, {3.0}), true)}};
    optim::AdamW<double> adamw(parameters, {.epsilon = 0, .weight_decay = 0.1});
    for (const auto& p : parameters)
        std::fill_n(p.variable.gradient()->sum().data(), p.variable.value().elements(), 0.5);
    adamw.step(0.01);
    // The first step goes by the learning rate against the gradient's sign, after the decay of 0.01 * 0.1.
    CHECK(parameters[0].variable.value().data()[0] == Approx(1.0 * 0.999 - 0.01));
    CHECK(parameters[0].variable.value().data()[1] == Approx(-2.0 * 0.999 - 0.01));
    CHECK(parameters[1].variable.value().data()[0] == Approx(3.0 - 0.01));
    adamw.step(0.01, 0.0); // no gradient: m = 0.9 * 0.05, v = 0.999 * 2.5e-4
    const double m = 0.9 * 0.05 / (1 - 0.81), v = 0.999 * 0.00025 / (1 - 0.999 * 0.999);
    CHECK(parameters[1].variable.value().data()[0] == Approx(2.99 - 0.01 * m / std::sqrt(v)));
    CHECK(adamw.steps() == 2);
}

TEST_CASE("AdamW goes on to the same bits from stored moments")
{
    const auto make = [] {
        return std::vector<NamedParameter<float>>{{"w", Variable<float>(test::random_tensor<float>({3, 5}, 1), true)}};
    };
    const auto gradient = [](const auto& parameters, std::uint64_t step) {
        parameters[0].variable.gradient()->sum() = test::random_tensor<float>({3, 5}, 10 + step);
    };
    const auto whole = make(), first = make(), second = make();
    optim::AdamW<float> a(whole), b(first), c(second);
    for (std::uint64_t step = 0; step < 6; ++step) gradient(whole, step), a.step();
    for (std::uint64_t step = 0; step < 3; ++step) gradient(first, step), b.step();
    std::copy_n(first[0].variable.value().data(), 15, second[0].variable.value().data());
    const auto from = b.state(), to = c.state();
    REQUIRE(from.size() == 2);
    CHECK(from[0].first == "first_moment.w");
    CHECK(from[1].first == "second_moment.w");
    for (std::size_t i = 0; i < 2; ++i) std::copy_n(from[i].second.data(), 15, to[i].second.data());
    c.set_steps(b.steps());
    for (std::uint64_t step = 3; step < 6; ++step) gradient(second, step), c.step();
    CHECK(second[0].variable.value().to_vector() == whole[0].variable.value().to_vector());
}

TEST_CASE("the schedule rises to its peak and falls by a cosine to its floor")
{
    const optim::CosineSchedule schedule{.peak = 1, .floor = 0.1, .warmup_steps = 4, .total_steps = 14};
    CHECK(schedule(0) == Approx(0.25));
    CHECK(schedule(3) == Approx(1));
    CHECK(schedule(4) == Approx(1));
    CHECK(schedule(9) == Approx(0.55));
    CHECK(schedule(14) == Approx(0.1));
    CHECK(schedule(1000) == Approx(0.1));
    CHECK(optim::CosineSchedule{.peak = 1, .warmup_steps = 0, .total_steps = 0}(0) == Approx(1));
}

TEST_CASE("clipping scales long gradients to the largest norm, the same for any number of threads")
{
    const std::vector<NamedParameter<float>> parameters{
        {"a", Variable<float>(Tensor<float>::zeros({2}), true)},
        {"b", Variable<float>(Tensor<float>::zeros({100001}), true)},
        {"never reached", Variable<float>(Tensor<float>::zeros({3}), true)}};
    parameters[0].variable.gradient()->sum() = Tensor<float>::from({2}, {3, 4});
    CHECK(optim::gradient_norm(parameters) == 5);
    CHECK(optim::clip_factor(5, 1) == Approx(0.2).epsilon(1e-6));
    CHECK(optim::clip_factor(0.5, 1) == 1);
    CHECK(optim::clip_factor(5, 0) == 1);
    CHECK(optim::clip_factor(0, 1) == 1);
    parameters[1].variable.gradient()->sum() = test::random_tensor<float>({100001}, 1);
    set_threads(1);
    const double one = optim::gradient_norm(parameters);
    set_threads(3);
    CHECK(optim::gradient_norm(parameters) == one);
    set_threads(default_threads());
    parameters[1].variable.gradient()->sum().data()[7] = std::nanf("");
    CHECK(std::isnan(optim::gradient_norm(parameters)));
}

TEST_CASE("averaged weights follow the weights, and swapping twice changes nothing")
{
    const std::vector<NamedParameter<double>> parameters{
        {"w", Variable<double>(Tensor<double>::from({2}, {0, 10}), true)}};
    optim::WeightAverage<double> average(parameters, 0.5);
    parameters[0].variable.value().data()[0] = 1;
    average.update(); // decay min(0.5, 2 / 11)
    CHECK(average.averages()[0].second.data()[0] == Approx(9.0 / 11));
    CHECK(average.averages()[0].second.data()[1] == 10);
    average.swap();
    CHECK(parameters[0].variable.value().data()[0] == Approx(9.0 / 11));
    average.swap();
    CHECK(parameters[0].variable.value().data()[0] == 1);
    for (int n = 0; n < 60; ++n) average.update();
    CHECK(average.averages()[0].second.data()[0] == Approx(1));
    CHECK(average.updates() == 61);
}

TEST_CASE("the optimiser is AdamW along clipped gradients with an average, and leaves out steps that are not finite")
{
    const auto make = [] {
        return std::vector<NamedParameter<float>>{{"w", Variable<float>(test::random_tensor<float>({3, 5}, 1), true)},
                                                  {"b", Variable<float>(test::random_tensor<float>({5}, 2), true)}};
    };
    const auto one = make(), parts = make();
    optim::Optimiser<float> optimiser(one, {}, 0.9);
    optim::AdamW<float> adamw(parts);
    optim::WeightAverage<float> average(parts, 0.9);
    for (std::uint64_t step = 0; step < 5; ++step) {
        for (const auto* parameters : {&one, &parts})
            for (const auto& p : *parameters)
                p.variable.gradient()->sum() = test::random_tensor<float>(p.variable.shape(), 10 + step);
        const double norm = optim::gradient_norm(parts);
        adamw.step(1e-2, optim::clip_factor(norm, 0.5));
        average.update();
        const auto outcome = optimiser.step(1e-2, 0.5, Tensor<float>::full({1}, 1.0F)).read();
        CHECK(outcome.taken);
        CHECK(outcome.gradient_norm == norm);
    }
    const auto nan = std::nanf("");
    CHECK_FALSE(optimiser.step(1e-2, 0.5, Tensor<float>::full({1}, nan)).read().taken);
    one[1].variable.gradient()->sum().data()[2] = nan;
    CHECK_FALSE(optimiser.step(1e-2, 0.5).read().taken);
    CHECK(optimiser.steps() == 5);
    CHECK(optimiser.updates() == 5);
    for (std::size_t n = 0; n < 2; ++n) {
        CHECK(one[n].variable.value().to_vector() == parts[n].variable.value().to_vector());
        CHECK(optimiser.averages()[n].second.to_vector() == average.averages()[n].second.to_vector());
        CHECK(optimiser.state()[n].second.to_vector() == adamw.state()[n].second.to_vector());
    }
    optimiser.swap();
    CHECK(one[0].variable.value().to_vector() == average.averages()[0].second.to_vector());
}
