// The pointwise part of a ConvLSTM step, 64 channels on tiles of 32 coarse cells. GB/s of what must be read and written
// once, and percent of the memory's peak.

#include "gpu_support.hpp"
#include "gwsd/kernels/conv_lstm_gates.hpp"

namespace gwsd::bench {
namespace {

template <class Device>
struct Step {
    Tensor<float, Device> gates, previous, cell, h, grad_h, grad_c, d_gates, d_cell;

    kernels::LstmStep<float> view() const
    {
        kernels::LstmStep<float> step{};
        step.pixels = previous.extent(0), step.hidden = previous.extent(1);
        step.gates = gates.data(), step.previous = previous.data(), step.cell = cell.data();
        return step;
    }
    void forward() const { kernels::conv_lstm_gates_forward<float>(Device{}, view(), h.data()); }
    void backward() const
    {
        kernels::conv_lstm_gates_backward<float>(Device{}, view(), grad_h.data(), grad_c.data(), d_gates.data(),
                                                 d_cell.data());
    }
};

Step<Cpu> step_here(Index pixels, Index hidden)
{
    const Shape wide{pixels, 4 * hidden}, narrow{pixels, hidden};
    return {random_field(wide, 1),        random_field(narrow, 2),     Tensor<float>::zeros(narrow),
            Tensor<float>::zeros(narrow), random_field(narrow, 3),     random_field(narrow, 4),
            Tensor<float>::zeros(wide),   Tensor<float>::zeros(narrow)};
}

Step<Cuda> step_there(const Step<Cpu>& s)
{
    return {on_device(s.gates),  on_device(s.previous), on_device(s.cell),    on_device(s.h),
            on_device(s.grad_h), on_device(s.grad_c),   on_device(s.d_gates), on_device(s.d_cell)};
}

void forward(benchmark::State& state)
{
    const auto here = step_here(state.range(1) * state.range(2) * state.range(2), state.range(0));
    const auto there = step_there(here);
    here.forward(), there.forward();
    if (!agrees(state, "conv_lstm_gates", there.h, here.h)) return;
    measure(state, {.bytes = bytes_of(here.gates, here.gates, here.previous, here.cell, here.h)},
            [&] { there.forward(); });
}

void backward(benchmark::State& state)
{
    const auto here = step_here(state.range(1) * state.range(2) * state.range(2), state.range(0));
    const auto there = step_there(here);
    here.forward(), there.forward(), here.backward(), there.backward();
    if (!agrees(state, "conv_lstm_gates, backward", there.d_gates, here.d_gates)) return;
    measure(
        state,
        {.bytes = bytes_of(here.gates, here.previous, here.cell, here.grad_h, here.grad_c, here.d_gates, here.d_cell)},
        [&] { there.backward(); });
}

/// The gradient of one gate's peephole weights: a sum over all pixels.
void peephole(benchmark::State& state)
{
    const Index pixels = state.range(1) * state.range(2) * state.range(2), hidden = state.range(0);
    const auto here = step_here(pixels, hidden);
    const auto there = step_there(here);
    const auto sum = Tensor<float>::zeros({hidden});
    const auto sum_there = on_device(sum);
    const auto body = [&] {
        kernels::add_peephole_gradient<float>(Cuda{}, pixels, hidden, there.gates.data(), 1, there.previous.data(),
                                              sum_there.data());
    };
    body();
    kernels::add_peephole_gradient<float>(Cpu{}, pixels, hidden, here.gates.data(), 1, here.previous.data(),
                                          sum.data());
    if (!agrees(state, "peephole", sum_there, sum)) return;
    measure(state, {.bytes = bytes_of(here.previous, here.previous)}, body);
}

} // namespace

void register_cases()
{
    for (const auto& [name, body] : {std::pair{"conv_lstm_gates/forward", &forward},
                                     {"conv_lstm_gates/backward", &backward},
                                     {"conv_lstm_gates/peephole", &peephole}})
        for (const Index batch : {1, 4, 8})
            timed(benchmark::RegisterBenchmark(name, body))
                ->ArgNames({"hidden", "batch", "side"})
                ->Args({sized(64), batch, sized(32)});
}

} // namespace gwsd::bench
