// One step of training: forward, loss, backward, clipping, AdamW. Arguments: preset (0 small, 1 default), coarse tile,
// batch. Counters: samples a second, and arithmetic of the convolutions, of which a step does three times a forward
// pass, as GFLOP/s.

#include <benchmark/benchmark.h>

#include "gwsd/core/random.hpp"
#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"

namespace {

using namespace gwsd;
using Field = Tensor<float>;

Field random_field(const Shape& shape, std::uint64_t seed)
{
    auto field = Field::empty(shape);
    Random random(seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = static_cast<float>(random.normal());
    return field;
}

/// Floating-point operations of the convolutions of one forward pass of one sample.
double forward_operations(const models::Downscaler<float>& network, Index tile, Index window)
{
    const auto& c = network.config();
    double total = 0;
    for (const auto& [name, variable] : network.parameters()) {
        const Shape& shape = variable.shape();
        if (shape.rank() != 4) continue;
        double pixels = static_cast<double>(tile * tile); // of the result; for a transposed convolution, of the input
        if (name.starts_with("encoder.")) {
            const bool hidden = name.find("hidden_weight") != std::string::npos;
            pixels *= static_cast<double>(hidden ? window - 1 : window);
        } else {
            pixels *= static_cast<double>(c.factor * c.factor);
            const auto level = name.find_first_of("123456789");
            int halvings = name.starts_with("decoder.bottleneck") ? static_cast<int>(c.channels.size())
                           : name.starts_with("decoder.")         ? name[level] - '1'
                                                                  : 0;
            if (name.find("transpose") != std::string::npos) ++halvings;
            pixels /= static_cast<double>(Index{1} << (2 * halvings));
        }
        total += 2 * pixels * static_cast<double>(variable.value().elements());
    }
    return total;
}

void train_step(benchmark::State& state)
{
    const Index tile = state.range(1), batch = state.range(2), window = 6;
    const models::Downscaler<float> network(models::preset(state.range(0) ? "default" : "small"), 1);
    const auto& c = network.config();
    const auto parameters = network.parameters();
    const Index side = c.factor * tile;
    const Variable<float> coarse(random_field({window, batch, tile, tile, c.coarse_channels}, 1)),
        fine(random_field({batch, side, side, c.fine_channels}, 2)), base(random_field({batch, side, side}, 3));
    const auto one = Field::full({batch, side, side}, 1.0F);
    losses::LossInput<float, Cpu> in{.target = random_field({batch, side, side}, 4),
                                     .valid = one,
                                     .land = one,
                                     .area = one,
                                     .change_reference = random_field({batch, side, side}, 5),
                                     .recharge = random_field({batch, side, side}, 6),
                                     .change_weight = Field::full({batch}, 1.0F),
                                     .coarse = random_field({batch, tile, tile}, 7),
                                     .coarse_valid = Field::full({batch, tile, tile}, 1.0F),
                                     .row_origin = std::vector<Index>(static_cast<std::size_t>(batch), 0),
                                     .col_origin = std::vector<Index>(static_cast<std::size_t>(batch), 0)};
    const losses::WeightedLoss loss("beta_nll", {{"sign", 0.1}, {"mag", 0.1}, {"mass", 1.0}, {"tv", 1e-3}});
    optim::AdamW<float> adamw(parameters);
    for (auto _ : state) {
        clear_gradients(parameters);
        Tape tape;
        const auto prediction = network(coarse, fine, base);
        in.mean = prediction.mean, in.log_variance = prediction.log_variance;
        const auto value = loss(in);
        backward(tape, value.loss);
        adamw.step(3e-4, optim::clip_factor(optim::gradient_norm(parameters), 1.0));
    }
    const double samples = static_cast<double>(state.iterations() * batch);
    state.counters["samples/s"] = benchmark::Counter(samples, benchmark::Counter::kIsRate);
    state.counters["GFLOP/s"] =
        benchmark::Counter(samples * 3 * forward_operations(network, tile, window) / 1e9, benchmark::Counter::kIsRate);
}

BENCHMARK(train_step)
    ->ArgNames({"default", "tile", "batch"})
    ->Args({0, 16, 8})
    ->Args({0, 32, 4})
    ->Args({0, 32, 8})
    ->Args({1, 32, 4})
    ->Args({1, 32, 8})
    ->Unit(benchmark::kMillisecond)
    ->UseRealTime();

} // namespace
