// Group normalisation with SiLU at the U-Net's levels. GB/s of what must be read and written: forward x twice (sums,
// then result) and y; backward x and grad_y twice, grad_x once. Percent of the memory's peak.

#include "gpu_support.hpp"
#include "gwsd/kernels/group_norm.hpp"

namespace gwsd::bench {
namespace {

template <class Device>
struct Norm {
    Tensor<float, Device> x, scale, shift, moments, y, grad_y, grad_x, grad_scale, grad_shift;
    kernels::GroupNormOptions o;

    void forward() const
    {
        kernels::group_norm_forward<float>(Device{}, x.template view<4>(), flat(scale), flat(shift), o, true,
                                           moments.template view<3>(), y.template view<4>());
    }
    void backward() const
    {
        kernels::group_norm_backward<float>(Device{}, x.template view<4>(), flat(scale), flat(shift), o, true,
                                            moments.template view<3>(), grad_y.template view<4>(),
                                            grad_x.template view<4>(), false, flat(grad_scale), flat(grad_shift));
    }
};

Norm<Cpu> norm_here(Index batch, Index channels, Index side)
{
    const Shape s{batch, side, side, channels};
    const auto none = [](const Shape& shape) { return Tensor<float>::zeros(shape); };
    kernels::GroupNormOptions o;
    return {random_field(s, 1),
            random_field({channels}, 2),
            random_field({channels}, 3),
            none({batch, o.groups, 2}),
            none(s),
            random_field(s, 4),
            none(s),
            none({channels}),
            none({channels}),
            o};
}

Norm<Cuda> norm_there(const Norm<Cpu>& n)
{
    return {on_device(n.x),      on_device(n.scale),  on_device(n.shift),      on_device(n.moments),    on_device(n.y),
            on_device(n.grad_y), on_device(n.grad_x), on_device(n.grad_scale), on_device(n.grad_shift), n.o};
}

void forward(benchmark::State& state)
{
    const auto here = norm_here(state.range(2), state.range(0), state.range(1));
    const auto there = norm_there(here);
    here.forward(), there.forward();
    if (!agrees(state, "group_norm", there.y, here.y)) return;
    measure(state, {.bytes = bytes_of(here.x, here.x, here.y)}, [&] { there.forward(); });
}

void backward(benchmark::State& state)
{
    const auto here = norm_here(state.range(2), state.range(0), state.range(1));
    const auto there = norm_there(here);
    here.forward(), there.forward(), here.backward(), there.backward();
    if (!agrees(state, "group_norm, backward", there.grad_x, here.grad_x)) return;
    measure(state, {.bytes = bytes_of(here.x, here.x, here.grad_y, here.grad_y, here.grad_x)},
            [&] { there.backward(); });
}

} // namespace

void register_cases()
{
    for (const auto& [name, body] :
         {std::pair{"group_norm_silu/forward", &forward}, {"group_norm_silu/backward", &backward}})
        for (const auto& [channels, side] : {std::pair<Index, Index>{64, 128}, {128, 64}, {256, 32}, {256, 16}})
            timed(benchmark::RegisterBenchmark(name, body))
                ->ArgNames({"channels", "side", "batch"})
                ->Args({sized(channels), sized(side), sized(4)});
}

} // namespace gwsd::bench
