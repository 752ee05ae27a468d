// Convolutions of the network's sizes and their gradients with respect to input and weights: 3 x 3, 1 x 1, and the
// transposed 2 x 2 of the way up. GFLOP/s, and percent of the peak.

#include "gwsd/kernels/conv2d.hpp"
#include "support.hpp"

namespace {

using namespace gwsd;

enum class Pass { forward, input, weight };
constexpr Index batch = 4;

template <Pass pass>
void run(benchmark::State& state, const Tensor<float>& x, const Tensor<float>& w, const Tensor<float>& y,
         kernels::Conv2dOptions o)
{
    const auto taps = static_cast<double>(w.extent(1) * w.extent(2) * w.extent(3));
    bench::Meter meter({.operations = 2 * taps * static_cast<double>(y.elements())});
    for (auto _ : state) {
        if constexpr (pass == Pass::forward)
            kernels::conv2d_forward<float>(Cpu{}, x.view<4>(), w.view<4>(), o, y.view<4>(), {.add = false});
        if constexpr (pass == Pass::input)
            kernels::conv2d_backward_input<float>(Cpu{}, y.view<4>(), w.view<4>(), o, x.view<4>(), {.add = false});
        if constexpr (pass == Pass::weight)
            kernels::conv2d_backward_weight<float>(Cpu{}, x.view<4>(), y.view<4>(), o, w.view<4>());
        benchmark::ClobberMemory();
    }
    meter.report(state);
}

template <Pass pass>
void conv2d(benchmark::State& state)
{
    const Index kernel = state.range(0), in = state.range(1), out = state.range(2), side = state.range(3);
    const auto x = bench::random_field({batch, side, side, in}, 1),
               w = bench::random_field({out, kernel, kernel, in}, 2),
               y = bench::random_field({batch, side, side, out}, 3);
    run<pass>(state, x, w, y, {.stride = 1, .padding = kernel / 2});
}

// A transposed convolution is the gradient of one with stride 2 with respect to its input, which is `x` here: its own
// input `y` has `side` rows and columns, and its forward pass is Pass::input.
template <Pass pass>
void conv_transpose2d(benchmark::State& state)
{
    const Index in = state.range(0), out = state.range(1), side = state.range(2);
    const auto x = bench::random_field({batch, 2 * side, 2 * side, out}, 1),
               w = bench::random_field({in, 2, 2, out}, 2), y = bench::random_field({batch, side, side, in}, 3);
    run<pass>(state, x, w, y, {.stride = 2, .padding = 0});
}

void sizes(benchmark::internal::Benchmark* b)
{
    b->ArgNames({"kernel", "in", "out", "side"})->Unit(benchmark::kMillisecond)->UseRealTime();
    for (const auto& [in, out, side] : {std::array<Index, 3>{6, 16, 128},
                                        {16, 16, 128},
                                        {32, 32, 64},
                                        {64, 64, 32},
                                        {16, 64, 32},
                                        {64, 256, 32},
                                        {64, 64, 128},
                                        {128, 128, 64},
                                        {256, 256, 32},
                                        {256, 256, 16}})
        b->Args({3, in, out, side});
    b->Args({1, 64, 1, 128})->Args({1, 64, 64, 128});
}

void transposed_sizes(benchmark::internal::Benchmark* b)
{
    b->ArgNames({"in", "out", "side"})->Unit(benchmark::kMillisecond)->UseRealTime();
    b->Args({256, 256, 16})->Args({256, 128, 32})->Args({128, 64, 64});
}

BENCHMARK(conv2d<Pass::forward>)->Apply(sizes);
BENCHMARK(conv2d<Pass::input>)->Apply(sizes);
BENCHMARK(conv2d<Pass::weight>)->Apply(sizes);
BENCHMARK(conv_transpose2d<Pass::input>)->Name("conv_transpose2d<forward>")->Apply(transposed_sizes);
BENCHMARK(conv_transpose2d<Pass::forward>)->Name("conv_transpose2d<input>")->Apply(transposed_sizes);
BENCHMARK(conv_transpose2d<Pass::weight>)->Name("conv_transpose2d<weight>")->Apply(transposed_sizes);

} // namespace
