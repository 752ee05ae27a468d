// Max pooling and bilinear resizing at the network's sizes. GB/s of what must be read and written once, and percent of
// the memory's peak.

#include "gpu_support.hpp"
#include "gwsd/kernels/pool2d.hpp"
#include "gwsd/kernels/resize.hpp"

namespace gwsd::bench {
namespace {

/// An operation between a large and a small image, on either device.
template <class Device>
struct Images {
    Tensor<float, Device> large, small, grad_large, grad_small;
};

Images<Cpu> images(Index batch, Index side, Index times, Index channels)
{
    const Shape large{batch, side, side, channels}, small{batch, side / times, side / times, channels};
    return {random_field(large, 1), random_field(small, 2), Tensor<float>::zeros(large), random_field(small, 3)};
}
Images<Cuda> images_there(const Images<Cpu>& i)
{
    return {on_device(i.large), on_device(i.small), on_device(i.grad_large), on_device(i.grad_small)};
}

template <class Device>
void pool(const Images<Device>& i)
{
    kernels::max_pool2d_forward<float>(Device{}, i.large.template view<4>(), {}, i.small.template view<4>());
}
template <class Device>
void pool_backward(const Images<Device>& i)
{
    kernels::max_pool2d_backward<float>(Device{}, i.large.template view<4>(), i.small.template view<4>(),
                                        i.grad_small.template view<4>(), {}, i.grad_large.template view<4>());
}
template <class Device>
void resize(const Images<Device>& i)
{
    kernels::resize_bilinear_forward<float>(Device{}, i.small.template view<4>(), i.large.template view<4>());
}
template <class Device>
void resize_backward(const Images<Device>& i)
{
    kernels::resize_bilinear_backward<float>(Device{}, i.large.template view<4>(), i.small.template view<4>());
}

void pool_forward_case(benchmark::State& state)
{
    const auto here = images(state.range(2), state.range(1), 2, state.range(0));
    const auto there = images_there(here);
    pool(here), pool(there);
    if (!agrees(state, "max_pool2d", there.small, here.small, 0)) return;
    measure(state, {.bytes = bytes_of(here.large, here.small)}, [&] { pool(there); });
}

void pool_backward_case(benchmark::State& state)
{
    const auto here = images(state.range(2), state.range(1), 2, state.range(0));
    pool(here);
    const auto there = images_there(here);
    pool_backward(here), pool_backward(there);
    if (!agrees(state, "max_pool2d, backward", there.grad_large, here.grad_large)) return;
    measure(state, {.bytes = bytes_of(here.large, here.large, here.large, here.small, here.small)},
            [&] { pool_backward(there); });
}

void resize_forward_case(benchmark::State& state)
{
    const auto here = images(state.range(2), state.range(1), 4, state.range(0));
    const auto there = images_there(here);
    resize(here), resize(there);
    if (!agrees(state, "resize_bilinear", there.large, here.large)) return;
    measure(state, {.bytes = bytes_of(here.large, here.small)}, [&] { resize(there); });
}

/// The small image's gradient is added to.
void resize_backward_case(benchmark::State& state)
{
    const auto here = images(state.range(2), state.range(1), 4, state.range(0));
    const auto there = images_there(here);
    resize_backward(here), resize_backward(there);
    if (!agrees(state, "resize_bilinear, backward", there.small, here.small)) return;
    measure(state, {.bytes = bytes_of(here.large, here.small, here.small)}, [&] { resize_backward(there); });
}

} // namespace

void register_cases()
{
    for (const auto& [name, body] :
         {std::pair{"max_pool2d/forward", &pool_forward_case}, {"max_pool2d/backward", &pool_backward_case}})
        for (const auto& [channels, side] : {std::pair<Index, Index>{64, 128}, {128, 64}, {256, 32}})
            timed(benchmark::RegisterBenchmark(name, body))
                ->ArgNames({"channels", "side", "batch"})
                ->Args({sized(channels), sized(side), sized(4)});
    for (const auto& [name, body] : {std::pair{"resize_bilinear/forward", &resize_forward_case},
                                     {"resize_bilinear/backward", &resize_backward_case}})
        timed(benchmark::RegisterBenchmark(name, body))
            ->ArgNames({"channels", "side", "batch"})
            ->Args({sized(64), sized(128), sized(4)});
}

} // namespace gwsd::bench
