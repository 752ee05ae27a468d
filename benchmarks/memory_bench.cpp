// Kernels that memory bounds: group normalisation with SiLU, max pooling, resizing, a ConvLSTM's gates. GB/s of the
// tensors that each must read and write once, and percent of what a triad through memory reaches. Above 100 % the
// tensors stay in a cache.

#include "gwsd/kernels/conv_lstm_gates.hpp"
#include "gwsd/kernels/group_norm.hpp"
#include "gwsd/kernels/pool2d.hpp"
#include "gwsd/kernels/resize.hpp"
#include "support.hpp"

namespace {

using namespace gwsd;

constexpr Index batch = 4;
const auto bytes_of = [](const auto&... tensor) { return 4.0 * static_cast<double>((tensor.elements() + ...)); };

/// Forward reads x twice (sums, then result); backward x twice, grad_y once, and its SiLU's gradient both ways.
template <bool backward>
void group_norm_silu(benchmark::State& state)
{
    const Index channels = state.range(0), side = state.range(1);
    const kernels::GroupNormOptions o;
    const Shape shape{batch, side, side, channels};
    const auto x = bench::random_field(shape, 1), y = bench::random_field(shape, 2), dx = bench::random_field(shape, 3);
    const auto scale = bench::random_field({channels}, 4), shift = bench::random_field({channels}, 5);
    const auto moments = Tensor<float>::full({batch, o.groups, 2}, 1.0F);
    bench::Meter meter({.bytes = backward ? bytes_of(x, x, y, dx, dx, dx) : bytes_of(x, x, y)});
    for (auto _ : state) {
        if constexpr (backward)
            kernels::group_norm_backward<float>(Cpu{}, x.view<4>(), flat(scale), flat(shift), o, true,
                                                moments.view<3>(), y.view<4>(), dx.view<4>(), false, flat(scale),
                                                flat(shift));
        else
            kernels::group_norm_forward<float>(Cpu{}, x.view<4>(), flat(scale), flat(shift), o, true, moments.view<3>(),
                                               y.view<4>());
        benchmark::ClobberMemory();
    }
    meter.report(state);
}

void max_pool2d(benchmark::State& state)
{
    const Index channels = state.range(0), side = state.range(1);
    const auto x = bench::random_field({batch, side, side, channels}, 1);
    const auto y = Tensor<float>::empty({batch, side / 2, side / 2, channels});
    bench::Meter meter({.bytes = bytes_of(x, y)});
    for (auto _ : state) {
        kernels::max_pool2d_forward<float>(Cpu{}, x.view<4>(), {}, y.view<4>());
        benchmark::ClobberMemory();
    }
    meter.report(state);
}

void resize_bilinear(benchmark::State& state)
{
    const Index channels = state.range(0), side = state.range(1);
    const auto x = bench::random_field({batch, side / 4, side / 4, channels}, 1);
    const auto y = Tensor<float>::empty({batch, side, side, channels});
    bench::Meter meter({.bytes = bytes_of(x, y)});
    for (auto _ : state) {
        kernels::resize_bilinear_forward<float>(Cpu{}, x.view<4>(), y.view<4>());
        benchmark::ClobberMemory();
    }
    meter.report(state);
}

void conv_lstm_gates(benchmark::State& state)
{
    const Index hidden = state.range(0), side = state.range(1), pixels = batch * side * side;
    const auto gates = bench::random_field({pixels, 4 * hidden}, 1),
               previous = bench::random_field({pixels, hidden}, 2);
    const auto cell = Tensor<float>::empty(previous.shape()), h = Tensor<float>::empty(previous.shape());
    kernels::LstmStep<float> step{};
    step.pixels = pixels, step.hidden = hidden, step.gates = gates.data(), step.previous = previous.data();
    step.cell = cell.data();
    bench::Meter meter({.bytes = bytes_of(gates, gates, previous, cell, h)});
    for (auto _ : state) {
        kernels::conv_lstm_gates_forward<float>(Cpu{}, step, h.data());
        benchmark::ClobberMemory();
    }
    meter.report(state);
}

void sizes(benchmark::internal::Benchmark* b)
{
    b->ArgNames({"channels", "side"})->Args({64, 128})->Args({128, 64})->Args({256, 32});
    b->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK(group_norm_silu<false>)->Name("group_norm_silu/forward")->Apply(sizes);
BENCHMARK(group_norm_silu<true>)->Name("group_norm_silu/backward")->Apply(sizes);
BENCHMARK(max_pool2d)->Apply(sizes);
BENCHMARK(resize_bilinear)->Apply(sizes);
BENCHMARK(conv_lstm_gates)->Args({64, 32})->ArgNames({"hidden", "side"})->Unit(benchmark::kMillisecond)->UseRealTime();

} // namespace
