// Functions of one or two values, and parts of channels: bound by memory. GB/s of what is read and written once, and
// percent of the memory's peak.

#include "gpu_support.hpp"
#include "gwsd/kernels/pointwise.hpp"
#include "gwsd/kernels/slices.hpp"

namespace gwsd::bench {
namespace {

template <template <class> class F>
void map_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto x = random_field({n}, 1), expected = Tensor<float>::empty({n});
    const auto x_there = on_device(x), y = Tensor<float, Cuda>::empty({n});
    const auto body = [&] { kernels::map<float>(Cuda{}, F<float>{}, n, x_there.data(), y.data()); };
    body();
    kernels::map<float>(Cpu{}, F<float>{}, n, x.data(), expected.data());
    if (!agrees(state, "map", y, expected)) return;
    measure(state, {.bytes = bytes_of(x, y)}, body);
}

template <template <class> class F>
void map_backward_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto x = random_field({n}, 1), y = random_field({n}, 2), g = random_field({n}, 3),
               expected = Tensor<float>::empty({n});
    const auto xc = on_device(x), yc = on_device(y), gc = on_device(g), grad_x = Tensor<float, Cuda>::empty({n});
    const auto body = [&] {
        kernels::map_backward<float>(Cuda{}, F<float>{}, n, xc.data(), yc.data(), gc.data(), false, grad_x.data());
    };
    body();
    kernels::map_backward<float>(Cpu{}, F<float>{}, n, x.data(), y.data(), g.data(), false, expected.data());
    if (!agrees(state, "map, backward", grad_x, expected)) return;
    measure(state, {.bytes = bytes_of(x, y, g, grad_x)}, body);
}

void add_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto a = random_field({n}, 1), b = random_field({n}, 2), expected = Tensor<float>::empty({n});
    const auto ac = on_device(a), bc = on_device(b), y = Tensor<float, Cuda>::empty({n});
    const auto body = [&] { kernels::zip<float>(Cuda{}, kernels::Add<float>{}, n, ac.data(), bc.data(), y.data()); };
    body();
    kernels::zip<float>(Cpu{}, kernels::Add<float>{}, n, a.data(), b.data(), expected.data());
    if (!agrees(state, "add", y, expected)) return;
    measure(state, {.bytes = bytes_of(a, b, y)}, body);
}

/// 64 of 128 channels, as the halves of a joined tensor are taken apart.
void slice_channels(benchmark::State& state)
{
    const Index pixels = state.range(0) / 64;
    const auto x = random_field({pixels, 128}, 1), expected = Tensor<float>::empty({pixels, 64});
    const auto xc = on_device(x), y = Tensor<float, Cuda>::empty({pixels, 64});
    const auto body = [&] { kernels::copy_columns<float>(Cuda{}, pixels, 64, xc.data() + 64, 128, y.data(), 64); };
    body();
    kernels::copy_columns<float>(Cpu{}, pixels, 64, x.data() + 64, 128, expected.data(), 64);
    if (!agrees(state, "slice", y, expected, 0)) return;
    measure(state, {.bytes = bytes_of(y, y)}, body);
}

} // namespace

void register_cases()
{
    const Index n = device().standin ? 64 * 50 : Index{4} * 128 * 128 * 64; // the finest level of preset paper, batch 4
    for (const auto& [name, body] : {std::pair{"silu/forward", &map_values<kernels::Silu>},
                                     {"silu/backward", &map_backward_values<kernels::Silu>},
                                     {"exp/forward", &map_values<kernels::Exp>},
                                     {"add", &add_values},
                                     {"slice_channels", &slice_channels}})
        timed(benchmark::RegisterBenchmark(name, body))->ArgName("values")->Arg(n);
}

} // namespace gwsd::bench
