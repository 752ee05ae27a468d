// Convolutions of preset paper on tiles of 32 coarse cells, forward and both gradients, in each precision: gwsd's
// kernels with cuDNN and cuBLAS beside them. GFLOP/s of the convolution, and percent of the f32 or bf16 peak; f32_fast
// is measured against the f32 peak.

#include "gpu_support.hpp"
#include "gwsd/kernels/conv2d.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"

namespace gwsd::bench {
namespace {

using kernels::Conv2dOptions;
using kernels::Precision;

enum class Pass { forward, input, weight };

/// A convolution of the network. A transposed one is the gradient of one with stride 2 with respect to its input: `in`
/// and `side` are those of the result then, `out` the channels of what is read.
struct Layer {
    const char* name;
    Index kernel, in, out, side, stride, batch;
};

constexpr Index window = 6, samples = 4;
constexpr Layer layers[] = {
    {"encoder input", 3, 6, 256, 32, 1, window* samples},
    {"encoder second input", 3, 64, 256, 32, 1, window* samples},
    {"encoder hidden", 3, 64, 256, 32, 1, samples},
    {"level 1 fields", 3, 6, 64, 128, 1, samples},
    {"level 1", 3, 64, 64, 128, 1, samples},
    {"level 2 first", 3, 64, 128, 64, 1, samples},
    {"level 2", 3, 128, 128, 64, 1, samples},
    {"level 3 first", 3, 128, 256, 32, 1, samples},
    {"level 3", 3, 256, 256, 32, 1, samples},
    {"bottleneck", 3, 256, 256, 16, 1, samples},
    {"transposed to level 3", 2, 256, 256, 32, 2, samples},
    {"transposed to level 2", 2, 128, 256, 64, 2, samples},
    {"transposed to level 1", 2, 64, 128, 128, 2, samples},
    {"head", 1, 64, 1, 128, 1, samples},
    {"mixing", 1, 64, 64, 128, 1, samples},
};

template <class Device>
struct Operands {
    Tensor<float, Device> x, w, y;
};

Operands<Cpu> operands(const Layer& l)
{
    const Index side = sized(l.side), channels_in = sized(l.in), channels_out = sized(l.out), batch = sized(l.batch);
    const Index small = l.stride == 1 ? side : side / l.stride;
    return {random_field({batch, side, side, channels_in}, 1),
            random_field({channels_out, l.kernel, l.kernel, channels_in}, 2),
            random_field({batch, small, small, channels_out}, 3)};
}

/// gwsd's kernels of a device.
template <class Device>
bool compute(Pass pass, const Operands<Device>& t, Conv2dOptions o)
{
    const auto x = t.x.template view<4>(), w = t.w.template view<4>(), y = t.y.template view<4>();
    if (pass == Pass::forward) kernels::conv2d_forward<float>(Device{}, x, w, o, y, {.add = false});
    if (pass == Pass::input) kernels::conv2d_backward_input<float>(Device{}, y, w, o, x, {.add = false});
    if (pass == Pass::weight) kernels::conv2d_backward_weight<float>(Device{}, x, y, o, w);
    return true;
}

bool compute(const kernels::CudaConvLibrary& library, Pass pass, const Operands<Cuda>& t, Conv2dOptions o)
{
    const auto x = t.x.view<4>(), w = t.w.view<4>(), y = t.y.view<4>();
    return pass == Pass::forward ? library.forward(x, w, o, {.add = false}, y)
           : pass == Pass::input ? library.backward_input(y, w, o, {.add = false}, x)
                                 : library.backward_weight(x, y, o, w);
}

void conv2d(benchmark::State& state, const Layer& layer, Pass pass, Precision precision, const std::string& who)
{
    const Conv2dOptions o{layer.stride, layer.stride == 1 ? layer.kernel / 2 : 0, precision};
    const Operands<Cpu> here = operands(layer);
    const Operands<Cuda> there{on_device(here.x), on_device(here.w), on_device(here.y)};
    try {
        kernels::set_cuda_convolution(who); // which gwsd's own kernels would ask as well
        const auto* library = kernels::cuda_convolution();
        kernels::set_cuda_convolution("gwsd");
        const auto body = [&] { return library ? compute(*library, pass, there, o) : compute(pass, there, o); };
        if (!body()) return state.SkipWithError("not served by this library");
        compute(pass, here, o);
        const auto& got = pass == Pass::forward ? there.y : pass == Pass::input ? there.x : there.w;
        const auto& expected = pass == Pass::forward ? here.y : pass == Pass::input ? here.x : here.w;
        if (!agrees(state, layer.name, got, expected, 2e-5)) return;
        const double taps = static_cast<double>(here.w.elements()) / static_cast<double>(here.w.extent(0));
        measure(state,
                {.operations = 2 * taps * static_cast<double>(here.y.elements()),
                 .bytes = bytes_of(here.x, here.w, here.y),
                 .bf16 = precision == Precision::bf16},
                body);
    } catch (const DeviceUnavailable& error) {
        state.SkipWithError(error.what());
    }
}

} // namespace

void register_cases()
{
    for (const Layer& layer : layers)
        for (const auto& [pass_name, pass] :
             {std::pair{"forward", Pass::forward}, {"input", Pass::input}, {"weight", Pass::weight}})
            for (const Precision precision : {Precision::f32, Precision::f32_fast, Precision::bf16})
                for (const char* who : {"gwsd", "cudnn", "cublas"}) {
                    if (who == std::string("cublas") && layer.kernel != 1) continue;
                    if (who != std::string("gwsd") && device().standin) continue; // they bring code for GPUs alone
                    const std::string name = std::string("conv2d/") + layer.name + "/" + pass_name + "/" +
                                             kernels::to_string(precision) + "/" + who;
                    timed(benchmark::RegisterBenchmark(name.c_str(), conv2d, layer, pass, precision, std::string(who)));
                }
}

} // namespace gwsd::bench
