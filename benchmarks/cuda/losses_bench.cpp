// The whole loss, its data term and five further terms, forward and backward, on tiles of preset paper. GB/s of the
// fields that must be read and the two gradients that must be written once, and percent of the memory's peak.

#include "network.hpp"

namespace gwsd::bench {
namespace {

/// The loss; the gradients of both predictions are in the variables afterwards.
template <class Device>
Tensor<float, Device> loss_and_gradients(losses::LossInput<float, Device>& in, const losses::WeightedLoss& loss)
{
    in.mean.gradient()->clear(), in.log_variance.gradient()->clear();
    Tape tape;
    const auto value = loss(in);
    backward(tape, value.loss);
    return value.loss.value();
}

template <class Device>
losses::LossInput<float, Device> with_predictions(Index batch, Index side)
{
    auto in = loss_input<Device>(batch, side, 4);
    in.mean = Variable<float, Device>(normal_field<Device>({batch, side, side}, 8), true);
    in.log_variance = Variable<float, Device>(normal_field<Device>({batch, side, side}, 9), true);
    return in;
}

void whole(benchmark::State& state)
{
    const Index batch = state.range(0), side = state.range(1);
    auto here = with_predictions<Cpu>(batch, side);
    auto there = with_predictions<Cuda>(batch, side);
    const auto loss = whole_loss();
    const auto expected = loss_and_gradients(here, loss);
    if (!agrees(state, "loss", loss_and_gradients(there, loss), expected)) return;
    if (!agrees(state, "gradient of the loss", there.mean.gradient()->sum(), here.mean.gradient()->sum())) return;
    const auto& m = here.target;
    const double fields = bytes_of(m, m, m, m, m, m, m, m, m, m); // two predictions, six fields, two gradients
    measure(state, {.bytes = fields}, [&] { loss_and_gradients(there, loss); });
}

} // namespace

void register_cases()
{
    for (const Index batch : {4, 8})
        timed(benchmark::RegisterBenchmark("losses", whole))
            ->ArgNames({"batch", "side"})
            ->Args({sized(batch), sized(128)});
}

} // namespace gwsd::bench
