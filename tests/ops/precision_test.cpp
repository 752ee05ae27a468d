// Convolutions of precision f32_fast and bf16: by tile products, whose instructions are trapped where the processor
// lacks them, and without tiles.

#include <algorithm>
#include <bit>

#include "gwsd/kernels/cpu_paths.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/conv_lstm_layer.hpp"
#include "gwsd/ops/conv_transpose2d.hpp"
#include "support/operation_run.hpp"

#ifdef GWSD_HAVE_CPU_KERNELS

using namespace gwsd;
using kernels::Precision;
using test::random_tensor;
using test::relative_error;
using test::run_with_gradients;

#if defined(__x86_64__) && defined(__linux__)
#define GWSD_TRAP_AMX 1
#include "support/amx_trap.hpp"
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define GWSD_ISA trapped
#define GWSD_ISA_NAME "trapped tiles"
#include "../../kernels/cpu/tile_paths.inl"
#undef GWSD_ISA
#undef GWSD_ISA_NAME
#pragma GCC pop_options
#endif

namespace {

/// While it lives, the given path is the chosen one, and tile instructions work.
class Chosen {
public:
    explicit Chosen(const kernels::CpuPaths& path) : before_(kernels::cpu_paths()) { kernels::use_cpu_path(path); }
    ~Chosen() { kernels::use_cpu_path(before_); }
    Chosen(const Chosen&) = delete;
    Chosen& operator=(const Chosen&) = delete;

private:
    kernels::CpuPaths before_;
#ifdef GWSD_TRAP_AMX
    test::AmxTrap trap_;
#endif
};

/// Every path that this machine can run: without tiles, with trapped ones, with its own.
std::vector<kernels::CpuPaths> all_paths()
{
    std::vector<kernels::CpuPaths> paths{*kernels::cpu_path("portable")};
    for (const char* name : {"avx2", "avx512", "amx"})
        if (const auto* path = kernels::cpu_path(name))
            paths.push_back(*path);
        else
            WARN("left out: this processor has no " << name);
#ifdef GWSD_TRAP_AMX
    if (kernels::cpu_path("avx2")) {
        paths.push_back(*kernels::cpu_path("avx2"));
        paths.back().name = "avx2 with trapped tiles", paths.back().tiles = &kernels::trapped::tile_paths;
    }
#endif
    return paths;
}

/// f32_fast within 1e-5 of f32, bf16 within 2^-7 of f32 and on every path the same: to `rounding` by tiles, without
/// them to the 1e-5 of Winograd's transforms.
template <class Operation>
void check_precisions(const std::vector<Tensor<float>>& inputs, const Operation& operation, double rounding = 2e-6)
{
    const auto with = [&](Precision precision) {
        return [&operation, precision](const auto& v) { return operation(v, precision); };
    };
    const auto reference = [&](Precision precision) {
        const Chosen portable(*kernels::cpu_path("portable"));
        return run_with_gradients(inputs, with(precision));
    };
    const auto exact = reference(Precision::f32), rounded = reference(Precision::bf16);
    CHECK(relative_error(rounded, exact) < 1.0 / 128);
    CHECK(relative_error(rounded, exact) > 1e-5); // it is another arithmetic
    for (const auto& path : all_paths()) {
        INFO(path.name);
        const Chosen chosen(path);
        const auto fast = run_with_gradients(inputs, with(Precision::f32_fast)),
                   half = run_with_gradients(inputs, with(Precision::bf16));
        CHECK(relative_error(fast, exact) < 1e-5);
        CHECK(relative_error(half, rounded) < (path.tiles ? rounding : std::max(rounding, 1e-5)));
        CHECK(test::same_for_any_threads(fast, inputs, with(Precision::f32_fast)));
        CHECK(test::same_for_any_threads(half, inputs, with(Precision::bf16)));
    }
}

} // namespace

namespace {

struct ConvolutionCase {
    Shape x, w;
    Index stride, padding;
};

void check_convolutions(const std::vector<ConvolutionCase>& cases)
{
    for (const auto& c : cases) {
        INFO(to_string(c.x) << " with " << to_string(c.w) << ", stride " << c.stride << ", padding " << c.padding);
        check_precisions(
            {random_tensor<float>(c.x, 1), random_tensor<float>(c.w, 2), random_tensor<float>({c.w[0]}, 3)},
            [&](const auto& v, Precision precision) {
                return ops::conv2d(v[0], v[1], v[2], {c.stride, c.padding, precision});
            });
    }
}

} // namespace

TEST_CASE("convolutions in f32_fast and bf16 on odd shapes, strides, paddings and channel counts")
{
    check_convolutions({{{1, 1, 1, 3}, {2, 3, 3, 3}, 1, 1},
                        {{2, 7, 13, 5}, {19, 3, 3, 5}, 1, 1},
                        {{1, 9, 6, 33}, {40, 3, 3, 33}, 1, 1},
                        {{1, 4, 4, 16}, {1, 1, 1, 16}, 1, 0},
                        {{1, 2, 9, 1}, {1, 5, 5, 1}, 1, 2},
                        {{2, 8, 7, 5}, {9, 3, 2, 5}, 2, 1},
                        {{1, 8, 8, 4}, {16, 2, 2, 4}, 2, 0},
                        {{1, 6, 5, 17}, {24, 3, 3, 17}, 1, 0},
                        {{1, 6, 5, 8}, {48, 3, 3, 8}, 1, 2},
                        {{2, 3, 5, 16}, {24, 3, 3, 16}, 1, 2},
                        {{1, 12, 9, 21}, {17, 3, 3, 21}, 1, 0}});
}

TEST_CASE("convolutions in f32_fast and bf16 over several bands, rows and blocks of channels")
{
    check_convolutions({{{3, 5, 40, 6}, {64, 3, 3, 6}, 1, 1},
                        {{2, 40, 70, 8}, {32, 3, 3, 8}, 1, 1},
                        {{1, 9, 31, 48}, {96, 3, 3, 48}, 1, 1},
                        {{9, 16, 13, 32}, {40, 3, 3, 32}, 1, 1}});
}

TEST_CASE("two sources, transposed convolutions and ConvLSTM layers in f32_fast and bf16")
{
    check_precisions(
        {random_tensor<float>({2, 9, 7, 5}, 1), random_tensor<float>({2, 9, 7, 18}, 2),
         random_tensor<float>({20, 3, 3, 5}, 3), random_tensor<float>({20, 3, 3, 18}, 4),
         random_tensor<float>({20}, 5)},
        [](const auto& v, Precision precision) {
            return ops::conv2d(std::vector{v[0], v[1]}, std::vector{v[2], v[3]}, v[4], {.precision = precision});
        });
    for (const auto& [x, w, stride, padding] : {std::tuple{Shape{2, 3, 5, 7}, Shape{7, 2, 2, 9}, Index{2}, Index{0}},
                                                {{1, 1, 1, 16}, {16, 2, 2, 8}, 2, 0},
                                                {{1, 4, 3, 33}, {33, 3, 3, 20}, 3, 0},
                                                {{1, 4, 3, 5}, {5, 3, 3, 6}, 2, 1},
                                                {{1, 4, 6, 5}, {5, 3, 3, 6}, 1, 1}})
        check_precisions({random_tensor<float>(x, 1), random_tensor<float>(w, 2), random_tensor<float>({w[3]}, 3)},
                         [s = stride, p = padding](const auto& v, Precision precision) {
                             return ops::conv_transpose2d(v[0], v[1], v[2], {s, p, precision});
                         });
    // A sum that differs in its last bit may round to another bf16 value in the next step.
    check_precisions(
        {random_tensor<float>({6, 4, 5, 2}, 1), random_tensor<float>({80, 3, 3, 2}, 2, 0.3),
         random_tensor<float>({80, 3, 3, 20}, 3, 0.2), random_tensor<float>({80}, 4)},
        [](const auto& v, Precision precision) {
            const ops::ConvLstmWeights<float, Cpu> w{v[1], v[2], v[3], {}};
            return ops::conv_lstm_layer(v[0], w, {.window = 3, .precision = precision});
        },
        2e-3);
}

TEST_CASE("weights that are kept packed give the same, in every precision")
{
    const auto x = random_tensor<float>({1, 9, 8, 20}, 1), w = random_tensor<float>({24, 3, 3, 20}, 2),
               up = random_tensor<float>({24, 2, 2, 16}, 3);
    for (const auto& path : all_paths())
        for (const Precision precision : {Precision::f32, Precision::f32_fast, Precision::bf16}) {
            INFO(path.name << ", " << to_string(precision));
            const Chosen chosen(path);
            const auto compute = [&] {
                const auto y = ops::conv2d(Variable<float>(x), Variable<float>(w), {}, {.precision = precision});
                return ops::conv_transpose2d(y, Variable<float>(up), {}, {2, 0, precision}).value().to_vector();
            };
            const auto expected = compute();
            const kernels::PackedWeights packed;
            for (int n = 0; n < 3; ++n) {
                const bool same = compute() == expected;
                CHECK(same);
            }
        }
}

TEST_CASE("a value that is not a number stays one in every precision")
{
    auto x = random_tensor<float>({1, 3, 4, 8}, 1);
    x.data()[5] = std::bit_cast<float>(0x7FFFFFFFU); // rounding its bits up would make a zero of it
    const auto w = random_tensor<float>({16, 3, 3, 8}, 2);
    for (const auto& path : all_paths())
        for (const Precision precision : {Precision::f32, Precision::f32_fast, Precision::bf16}) {
            INFO(path.name << ", " << to_string(precision));
            const Chosen chosen(path);
            const auto y = ops::conv2d(Variable<float>(x), Variable<float>(w), {}, {.precision = precision}).value();
            CHECK(std::isnan(y.data()[0]));
        }
}

TEST_CASE("the default precision reaches the network's convolutions and leaves its heads exact")
{
    const models::Downscaler<float> network({.coarse_channels = 2,
                                             .fine_channels = 2,
                                             .hidden = 8,
                                             .channels = {8, 16},
                                             .bottleneck = 16,
                                             .groups = 4,
                                             .residual_mean = false},
                                            1);
    const Variable<float> coarse(random_tensor<float>({2, 1, 8, 8, 2}, 1)),
        fine(random_tensor<float>({1, 32, 32, 2}, 2)), base(random_tensor<float>({1, 32, 32}, 3));
    const auto predict = [&](Precision precision) {
        kernels::set_precision(precision);
        const auto mean = network(coarse, fine, base).mean.value();
        kernels::set_precision(Precision::f32);
        return mean;
    };
    const auto exact = predict(Precision::f32);
    const double fast = relative_error(predict(Precision::f32_fast), exact),
                 half = relative_error(predict(Precision::bf16), exact);
    CHECK(fast < 1e-5);
    CHECK(half > 1e-4);
    CHECK(half < 0.05);

    const nn::Conv2d<float> head = [] {
        Random random(1);
        return nn::Conv2d<float>({.in = 8, .out = 1, .kernel = 1, .exact = true}, random);
    }();
    const Variable<float> trunk(random_tensor<float>({1, 4, 4, 8}, 1));
    const auto before = head(trunk).value();
    kernels::set_precision(Precision::bf16);
    const auto after = head(trunk).value();
    kernels::set_precision(Precision::f32);
    CHECK(before.to_vector() == after.to_vector());
}

#endif
