// One step of training: forward, loss, backward, clipping, AdamW. Arguments: preset (0 small, 1 default), coarse tile,
// batch. Counters: samples a second, and arithmetic of the convolutions, of which a step does three times a forward
// pass, as GFLOP/s and as percent of the peak.

#include "network_step.hpp"
#include "support.hpp"

namespace {

using namespace gwsd;

void train_step(benchmark::State& state)
{
    const Index tile = state.range(1), batch = state.range(2);
    bench::NetworkStep step(state.range(0) ? "default" : "small", tile, batch);
    const double samples = static_cast<double>(batch);
    bench::Meter meter({.operations = samples * 3 * bench::forward_operations(step.network, tile, step.window)});
    for (auto _ : state) step.train();
    meter.report(state);
    state.counters["samples/s"] =
        benchmark::Counter(static_cast<double>(state.iterations()) * samples, benchmark::Counter::kIsRate);
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
