// The whole network: one pass of inference, and one step of training (forward, loss, backward, clipping, AdamW,
// average). Samples a second; GFLOP/s of the convolutions, of which a step does three times a forward pass, and percent
// of the peak of f32 or bf16. In f32 and f32_fast the share is of the f32 peak.

#include "network.hpp"

namespace gwsd::bench {
namespace {

using kernels::Precision;

template <bool with_training>
void network(benchmark::State& state, const std::string& preset, Precision precision, const std::string& convolution)
{
    const Index tile = state.range(0), batch = state.range(1);
    try {
        kernels::set_cuda_convolution(convolution);
        kernels::set_precision(precision);
        NetworkStep<Cuda> there(preset, tile, batch);
        if (device().standin || batch == 1) { // elsewhere the tests compare
            NetworkStep<Cpu> here(preset, tile, batch);
            if constexpr (with_training) here.train(), there.train();
            // Not the mean, which starts as the interpolation where a preset predicts residuals.
            const double tolerance = precision == Precision::bf16 ? 5e-2 : with_training ? 1e-3 : 1e-4;
            if (!agrees(state, "network", there.forward().log_variance.value(), here.forward().log_variance.value(),
                        tolerance))
                return;
        }
        const double operations = (with_training ? 3 : 1) * static_cast<double>(batch) *
                                  forward_operations(there.network, tile, there.window);
        measure(state, {.operations = operations, .bf16 = precision == Precision::bf16}, [&] {
            if constexpr (with_training)
                there.train();
            else
                there.forward();
        });
        if (!device().standin) state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations()) * batch);
    } catch (const DeviceUnavailable& error) {
        state.SkipWithError(error.what());
    }
    kernels::set_cuda_convolution("gwsd");
    kernels::set_precision(Precision::f32);
}

} // namespace

void register_cases()
{
    const bool small = device().standin;
    for (const Precision precision : {Precision::f32, Precision::f32_fast, Precision::bf16})
        for (const char* convolution : {"gwsd", "cudnn"}) {
            if (small && convolution != std::string("gwsd")) continue; // cuDNN brings code for GPUs alone
            const std::string preset = small ? "small" : "paper",
                              name = "/" + preset + "/" + kernels::to_string(precision) + "/" + convolution;
            for (auto* b : {benchmark::RegisterBenchmark(("forward" + name).c_str(), network<false>, preset, precision,
                                                         std::string(convolution)),
                            benchmark::RegisterBenchmark(("train_step" + name).c_str(), network<true>, preset,
                                                         precision, std::string(convolution))}) {
                timed(b)->ArgNames({"tile", "batch"});
                small ? b->Args({2, 1}) : b->Args({32, 1})->Args({32, 8})->Args({32, 32});
            }
        }
}

} // namespace gwsd::bench
