// The end of a training step, clipping, AdamW and the average of the weights, on the parameters of a preset. GB/s of
// what must be read (gradients twice, weights, moments, average) and written once, and percent of the memory's peak.

#include "network.hpp"

namespace gwsd::bench {
namespace {

/// A network's parameters and random gradients, on a device.
template <class Device>
std::vector<NamedParameter<float, Device>> with_gradients(const models::Downscaler<float>& network)
{
    std::vector<NamedParameter<float, Device>> parameters;
    std::uint64_t seed = 0;
    for (const auto& [name, variable] : network.parameters()) {
        parameters.push_back({name, Variable<float, Device>(copy_to<Device>(variable.value().clone()), true)});
        parameters.back().variable.gradient()->sum() = normal_field<Device>(variable.shape(), ++seed);
    }
    return parameters;
}

void adamw(benchmark::State& state)
{
    const models::Downscaler<float> network(models::preset(state.range(0) == 0 ? "small" : "paper"), 1);
    const auto here = with_gradients<Cpu>(network);
    const auto there = with_gradients<Cuda>(network);
    optim::Optimiser<float, Cpu> optimiser_here(here, {}, 0.99);
    optim::Optimiser<float, Cuda> optimiser_there(there, {}, 0.99);
    optimiser_here.step(3e-4, 1.0), optimiser_there.step(3e-4, 1.0);
    double values = 0;
    for (std::size_t n = 0; n < here.size(); ++n) {
        if (!agrees(state, here[n].name, there[n].variable.value(), here[n].variable.value())) return;
        values += static_cast<double>(here[n].variable.value().elements());
    }
    measure(state, {.bytes = 4 * values * (2 + 2 * 4)}, [&] { optimiser_there.step(3e-4, 1.0); });
}

} // namespace

void register_cases()
{
    for (const Index paper : {0, 1})
        if (paper == 0 || !device().standin)
            timed(benchmark::RegisterBenchmark("adamw", adamw))->ArgName("paper")->Arg(paper);
}

} // namespace gwsd::bench
