// The ConvLSTM over six months, two layers of 64 channels on tiles of 32 x 32: forward alone, and with its backward
// pass. Argument: batch. GFLOP/s of the convolutions, and percent of the peak.

#include "gwsd/models/conv_lstm_encoder.hpp"
#include "gwsd/nn/module.hpp"
#include "support.hpp"

namespace {

using namespace gwsd;

template <bool with_backward>
void conv_lstm(benchmark::State& state)
{
    const Index batch = state.range(0), window = 6, side = 32, in = 6, hidden = 64;
    Random random(1);
    const models::ConvLstmEncoder<float> encoder(in, hidden, 2, false, random);
    const auto parameters = nn::parameters<float>(encoder);
    const Variable<float> sequence(bench::random_field({window, batch, side, side, in}, 2));
    const auto multiply_adds = [&](Index channels, Index steps) {
        return static_cast<double>(9 * channels * 4 * hidden * side * side * batch * steps);
    };
    const double forward = 2 * (multiply_adds(in + hidden, window) + 2 * multiply_adds(hidden, window - 1));
    bench::Meter meter({.operations = with_backward ? 3 * forward : forward});
    for (auto _ : state) {
        if constexpr (with_backward) {
            clear_gradients(parameters);
            Tape tape;
            const auto last = encoder(sequence);
            last.gradient()->add(Tensor<float>::full(last.shape(), 1.0F));
            tape.run_backward();
        } else {
            benchmark::DoNotOptimize(encoder(sequence).value().data());
        }
    }
    meter.report(state);
}

void sizes(benchmark::internal::Benchmark* b)
{
    b->ArgName("batch")->Arg(1)->Arg(4)->Arg(8)->Unit(benchmark::kMillisecond)->UseRealTime();
}

BENCHMARK(conv_lstm<false>)->Name("conv_lstm/forward")->Apply(sizes);
BENCHMARK(conv_lstm<true>)->Name("conv_lstm/forward_and_backward")->Apply(sizes);

} // namespace
