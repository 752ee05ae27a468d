// Convolutions of the network's sizes and their gradients with respect to input and weights: 3 x 3, 1 x 1, and the
// transposed 2 x 2 of the way up, in each precision and, where the build has it, by oneDNN. GFLOP/s, and percent of the
// f32 peak.

#include <string>

#include "gwsd/kernels/conv2d.hpp"
#include "gwsd/kernels/conv2d_library.hpp"
#include "support.hpp"

namespace {

using namespace gwsd;
using kernels::Precision;

enum class Pass { forward, input, weight };

/// Who computes, in which precision: gwsd's own kernels where there is no library.
struct Way {
    std::string name;
    Precision precision;
    const kernels::ConvLibrary* library;
};

std::vector<Way> ways()
{
    std::vector<Way> all;
    for (const Precision p : {Precision::f32, Precision::f32_fast, Precision::bf16})
        all.push_back({kernels::to_string(p), p, nullptr});
#ifdef GWSD_HAVE_CPU_KERNELS
    if (const auto* library = kernels::onednn::convolutions()) {
        all.push_back({"onednn", Precision::f32, library});
        all.push_back({"onednn_bf16", Precision::bf16, library});
    }
#endif
    return all;
}

/// True if it was computed: a library may have no implementation.
bool compute(Pass pass, const kernels::ConvLibrary* library, const Tensor<float>& x, const Tensor<float>& w,
             const Tensor<float>& y, kernels::Conv2dOptions o)
{
    const auto xs = x.view<4>(), ws = w.view<4>(), ys = y.view<4>();
#ifdef GWSD_HAVE_CPU_KERNELS
    if (library)
        return pass == Pass::forward ? library->forward(xs, ws, o, {.add = false}, ys)
               : pass == Pass::input ? library->backward_input(ys, ws, o, {.add = false}, xs)
                                     : library->backward_weight(xs, ys, o, ws);
#endif
    if (pass == Pass::forward) kernels::conv2d_forward<float>(Cpu{}, xs, ws, o, ys, {.add = false});
    if (pass == Pass::input) kernels::conv2d_backward_input<float>(Cpu{}, ys, ws, o, xs, {.add = false});
    if (pass == Pass::weight) kernels::conv2d_backward_weight<float>(Cpu{}, xs, ys, o, ws);
    return true;
}

void run(benchmark::State& state, Pass pass, const Way& way, const Tensor<float>& x, const Tensor<float>& w,
         const Tensor<float>& y, kernels::Conv2dOptions o)
{
    o.precision = way.precision;
    const auto taps = static_cast<double>(w.extent(1) * w.extent(2) * w.extent(3));
    if (!compute(pass, way.library, x, w, y, o)) return state.SkipWithError("not implemented for this processor");
    bench::Meter meter({.operations = 2 * taps * static_cast<double>(y.elements())});
    for (auto _ : state) {
        compute(pass, way.library, x, w, y, o);
        benchmark::ClobberMemory();
    }
    meter.report(state);
}

void conv2d(benchmark::State& state, Pass pass, const Way& way)
{
    const Index kernel = state.range(0), in = state.range(1), out = state.range(2), side = state.range(3),
                batch = state.range(4);
    const auto x = bench::random_field({batch, side, side, in}, 1),
               w = bench::random_field({out, kernel, kernel, in}, 2),
               y = bench::random_field({batch, side, side, out}, 3);
    run(state, pass, way, x, w, y, {.stride = 1, .padding = kernel / 2});
}

// A transposed convolution is the gradient of one with stride 2 with respect to its input, which is `x` here: its own
// input `y` has `side` rows and columns, and its forward pass is Pass::input.
void conv_transpose2d(benchmark::State& state, Pass pass, const Way& way)
{
    const Index in = state.range(0), out = state.range(1), side = state.range(2), batch = state.range(3);
    const auto x = bench::random_field({batch, 2 * side, 2 * side, out}, 1),
               w = bench::random_field({in, 2, 2, out}, 2), y = bench::random_field({batch, side, side, in}, 3);
    run(state, pass, way, x, w, y, {.stride = 2, .padding = 0});
}

void sizes(benchmark::internal::Benchmark* b)
{
    b->ArgNames({"kernel", "in", "out", "side", "batch"})->Unit(benchmark::kMillisecond)->UseRealTime();
    for (const Index batch : {1, 4}) {
        for (const auto& [in, out, side] : {std::array<Index, 3>{6, 16, 128},
                                            {16, 16, 128},
                                            {32, 32, 64},
                                            {64, 64, 32},
                                            {16, 64, 32},
                                            {64, 256, 32},
                                            {6, 64, 128},
                                            {64, 64, 128},
                                            {128, 128, 64},
                                            {256, 256, 32},
                                            {256, 256, 16}})
            b->Args({3, in, out, side, batch});
        b->Args({1, 64, 1, 128, batch})->Args({1, 64, 64, 128, batch});
    }
}

void transposed_sizes(benchmark::internal::Benchmark* b)
{
    b->ArgNames({"in", "out", "side", "batch"})->Unit(benchmark::kMillisecond)->UseRealTime();
    for (const Index batch : {1, 4})
        b->Args({256, 256, 16, batch})->Args({256, 128, 32, batch})->Args({128, 64, 64, batch});
}

/// conv2d/forward/f32 and the like; those of a transposed convolution bear the names of its own passes.
bool add_all()
{
    for (const Way& way : ways()) {
        for (const auto& [name, pass] :
             {std::pair{"forward", Pass::forward}, {"input", Pass::input}, {"weight", Pass::weight}})
            benchmark::RegisterBenchmark((std::string("conv2d/") + name + "/" + way.name).c_str(), conv2d, pass, way)
                ->Apply(sizes);
        for (const auto& [name, pass] :
             {std::pair{"forward", Pass::input}, {"input", Pass::forward}, {"weight", Pass::weight}})
            benchmark::RegisterBenchmark((std::string("conv_transpose2d/") + name + "/" + way.name).c_str(),
                                         conv_transpose2d, pass, way)
                ->Apply(transposed_sizes);
    }
    return true;
}

const bool added = add_all();

} // namespace
