#include "gwsd/nn/channel_dropout.hpp"

#include <algorithm>

#include "gwsd/models/downscaler.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;
using nn::ChannelDropout;
using test::check_gradients;
using test::check_parameter_gradients;
using test::random_tensor;

namespace {

/// A U-Net, or, with residual blocks, the plain CNN.
models::DownscalerConfig tiny_of(Index residual_blocks = 0)
{
    auto config = models::preset("small");
    config.coarse_channels = 3, config.fine_channels = 2, config.hidden = 3, config.channels = {4, 4};
    config.bottleneck = 4, config.groups = 2, config.residual_blocks = residual_blocks, config.residual_mean = false;
    return config;
}

/// Mean and log variance, one after the other, of inputs that are always the same.
template <class T>
Variable<T> predicted(const models::Downscaler<T>& network, const ChannelDropout& dropout = {}, Index batch = 2)
{
    const auto y = network(Variable<T>(random_tensor<T>({3, batch, 1, 2, 3}, 1)),
                           Variable<T>(random_tensor<T>({batch, 4, 8, 2}, 2)),
                           Variable<T>(random_tensor<T>({batch, 4, 8}, 3)), dropout);
    return ops::concatenate_first(std::vector{y.mean, y.log_variance});
}

std::vector<float> row(const Tensor<float>& mask, Index n) { return mask.slice(n, n + 1).to_vector(); }

} // namespace

TEST_CASE("a mask drops its share of the channels, and the others make up for it")
{
    const auto factors = ChannelDropout::training(0.2, 1, 0).mask<double>(0, 2000, 16).to_vector();
    const auto dropped = std::count(factors.begin(), factors.end(), 0.0);
    CHECK(static_cast<double>(dropped) / 32000 == Approx(0.2).margin(0.01)); // 4 standard deviations
    CHECK(dropped + std::count(factors.begin(), factors.end(), 1.25) == 32000);
}

TEST_CASE("masks follow from seed, step, layer and sample, whatever else is in the batch")
{
    const auto base = ChannelDropout::training(0.5, 7, 3).mask<float>(1, 8, 64);
    const auto few = ChannelDropout::training(0.5, 7, 3).mask<float>(1, 3, 64);
    for (Index n = 0; n < 3; ++n) CHECK(row(few, n) == row(base, n));
    CHECK(row(base, 0) != row(base, 1));
    CHECK(row(base, 0) != row(ChannelDropout::training(0.5, 8, 3).mask<float>(1, 8, 64), 0));
    CHECK(row(base, 0) != row(ChannelDropout::training(0.5, 7, 4).mask<float>(1, 8, 64), 0));
    CHECK(row(base, 0) != row(ChannelDropout::training(0.5, 7, 3).mask<float>(2, 8, 64), 0));

    const auto network = ChannelDropout::sampled(0.5, 7, 3).mask<float>(1, 8, 64);
    CHECK(network.shape() == Shape{1, 64}); // for all samples of all batches
    CHECK(network.to_vector() == ChannelDropout::sampled(0.5, 7, 3).mask<float>(1, 1, 64).to_vector());
    CHECK(network.to_vector() != ChannelDropout::sampled(0.5, 7, 4).mask<float>(1, 1, 64).to_vector());
    CHECK(network.to_vector() != row(base, 0));
}

TEST_CASE("a channel is dropped in all cells of a sample or in none")
{
    const auto x = Tensor<float>::full({3, 2, 5, 7}, 2.0F);
    const auto dropout = ChannelDropout::training(0.4, 5, 9);
    const auto y = dropout(Variable<float>(x), 6).value();
    const auto mask = dropout.mask<float>(6, 3, 7);
    for (Index i = 0; i < y.elements(); ++i) {
        const Index sample = i / (2 * 5 * 7), channel = i % 7;
        REQUIRE(y.data()[i] == 2 * mask.data()[sample * 7 + channel]);
    }
    CHECK_THROWS_WITH(dropout(Variable<float>(Tensor<float>::zeros({2, 7})), 0),
                      "channel_dropout: expects input [batch, rows, cols, channels], got [2, 7]");
}

TEST_CASE("behind a linear layer the mean over many masks is what the layer gives without dropout")
{
    Random random(3);
    const nn::Conv2d<double> conv({.in = 6, .out = 2}, random);
    const Variable<double> x(random_tensor<double>({1, 3, 3, 6}, 4));
    const auto whole = conv(x).value();
    std::vector<double> sum(static_cast<std::size_t>(whole.elements())), squares(sum.size());
    constexpr int masks = 4000;
    for (std::uint64_t k = 0; k < masks; ++k) {
        const auto y = conv(ChannelDropout::sampled(0.3, 1, k)(x, 0)).value();
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += y.data()[i], squares[i] += y.data()[i] * y.data()[i];
    }
    for (std::size_t i = 0; i < sum.size(); ++i) {
        const double mean = sum[i] / masks, variance = squares[i] / masks - mean * mean;
        CHECK(variance > 1e-4);
        CHECK(std::abs(mean - whole.data()[i]) < 4.5 * std::sqrt(variance / masks));
    }
}

TEST_CASE("gradients of a network with dropout hold, of inputs and parameters")
{
    for (const Index blocks : {0, 3}) {
        const models::Downscaler<double> network(tiny_of(blocks), 5);
        const auto dropout = ChannelDropout::training(0.4, 2, 11);
        check_gradients(
            [&](const std::vector<Variable<double>>& v) {
                const auto y = network(v[0], v[1], v[2], dropout);
                return ops::concatenate_first(std::vector{y.mean, y.log_variance});
            },
            {random_tensor<double>({3, 2, 1, 2, 3}, 1), random_tensor<double>({2, 4, 8, 2}, 2),
             random_tensor<double>({2, 4, 8}, 3)},
            1e-6, 2);

        check_parameter_gradients([&] { return predicted(network, dropout); }, network.parameters());
    }
}

TEST_CASE("without dropout a network is what it was, and with it every layer that has a mask feels its own")
{
    for (const Index blocks : {0, 3}) {
        const models::Downscaler<float> network(tiny_of(blocks), 5);
        const auto whole = predicted(network).value().to_vector();
        CHECK(predicted(network, ChannelDropout::training(0, 3, 4)).value().to_vector() == whole);
        const auto dropped = predicted(network, ChannelDropout::training(0.5, 3, 4)).value().to_vector();
        CHECK(dropped != whole);
        CHECK(predicted(network, ChannelDropout::training(0.5, 3, 4)).value().to_vector() == dropped);
        CHECK(predicted(network, ChannelDropout::training(0.5, 3, 5)).value().to_vector() != dropped);
        // One network for all samples: two equal samples stay equal, in training they do not.
        const auto pair = [&](const ChannelDropout& dropout) {
            const auto twice = [](const Tensor<float>& t, Index axis) {
                const Variable<float> v(t);
                return axis == 0 ? ops::concatenate_first(std::vector{v, v})
                                 : ops::reshape(ops::concatenate_channels(
                                                    std::vector{ops::reshape(v, {3, 6}), ops::reshape(v, {3, 6})}),
                                                {3, 2, 1, 2, 3});
            };
            const auto mean = network(twice(random_tensor<float>({3, 1, 1, 2, 3}, 1), 1),
                                      twice(random_tensor<float>({1, 4, 8, 2}, 2), 0),
                                      twice(random_tensor<float>({1, 4, 8}, 3), 0), dropout)
                                  .mean.value();
            return std::pair{mean.slice(0, 1).to_vector(), mean.slice(1, 2).to_vector()};
        };
        const auto [a, b] = pair(ChannelDropout::sampled(0.5, 3, 4));
        CHECK(a == b);
        const auto [c, d] = pair(ChannelDropout::training(0.5, 3, 4));
        CHECK(c != d);
    }
}

TEST_CASE("outputs and gradients with dropout have the same bits for any number of threads")
{
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 5}) {
        set_threads(threads);
        const models::Downscaler<float> network(tiny_of(), 1);
        Tape tape;
        const auto y = predicted(network, ChannelDropout::training(0.3, 1, 2), 3);
        auto values = y.value().to_vector();
        y.gradient()->sum() = random_tensor<float>(y.shape(), 6);
        tape.run_backward();
        for (const auto& p : network.parameters())
            for (const float g : p.variable.gradient()->sum().to_vector()) values.push_back(g);
        results.push_back(values);
    }
    set_threads(default_threads());
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
}

TEST_CASE("a share beyond nine channels of ten is refused")
{
    auto config = tiny_of();
    config.dropout = 0.95;
    CHECK_THROWS_WITH(models::Downscaler<float>(config, 1),
                      "model.dropout: expects a share of the channels from 0 to 0.9, got 0.950000");
}
