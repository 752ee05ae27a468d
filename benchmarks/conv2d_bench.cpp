// A 3 x 3 convolution, its gradients with respect to input and weights: GFLOP/s for channels in and out at the sizes
// that the network has.

#include <benchmark/benchmark.h>

#include "gwsd/core/random.hpp"
#include "gwsd/kernels/conv2d.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace {

using namespace gwsd;

Tensor<float> random_field(const Shape& shape, std::uint64_t seed)
{
    auto field = Tensor<float>::empty(shape);
    Random random(seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = static_cast<float>(random.uniform(-1, 1));
    return field;
}

enum class Pass { forward, input, weight };

template <Pass pass>
void conv2d(benchmark::State& state)
{
    const Index in = state.range(0), out = state.range(1), side = state.range(2), batch = 4;
    const auto x = random_field({batch, side, side, in}, 1), w = random_field({out, 3, 3, in}, 2),
               y = random_field({batch, side, side, out}, 3);
    for (auto _ : state) {
        if constexpr (pass == Pass::forward)
            kernels::conv2d_forward<float>(Cpu{}, x.view<4>(), w.view<4>(), {}, y.view<4>(), {.add = false});
        if constexpr (pass == Pass::input)
            kernels::conv2d_backward_input<float>(Cpu{}, y.view<4>(), w.view<4>(), {}, x.view<4>(), {.add = false});
        if constexpr (pass == Pass::weight)
            kernels::conv2d_backward_weight<float>(Cpu{}, x.view<4>(), y.view<4>(), {}, w.view<4>());
        benchmark::ClobberMemory();
    }
    const double operations = 2.0 * 9 * static_cast<double>(batch * side * side * in * out);
    state.counters["GFLOP/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * operations / 1e9, benchmark::Counter::kIsRate);
}

void sizes(benchmark::internal::Benchmark* b)
{
    b->ArgNames({"in", "out", "side"})->Unit(benchmark::kMillisecond);
    for (const auto& [in, out, side] : {std::array<Index, 3>{6, 16, 128},
                                        {16, 16, 128},
                                        {32, 32, 64},
                                        {64, 64, 32},
                                        {16, 64, 32},
                                        {64, 64, 128},
                                        {128, 128, 64},
                                        {256, 256, 32},
                                        {256, 256, 16}})
        b->Args({in, out, side});
}

BENCHMARK(conv2d<Pass::forward>)->Apply(sizes);
BENCHMARK(conv2d<Pass::input>)->Apply(sizes);
BENCHMARK(conv2d<Pass::weight>)->Apply(sizes);

} // namespace
