// The tuned f32 kernels against the portable ones: of every instruction set that this processor has, and of the source
// with sixteen lanes, which an AVX-512 build uses, lowered to AVX2.

#include "gwsd/kernels/cpu_paths.hpp"
#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/conv_lstm_layer.hpp"
#include "gwsd/ops/conv_transpose2d.hpp"
#include "gwsd/ops/group_norm.hpp"
#include "support/operation_run.hpp"

#if defined(GWSD_HAVE_CPU_KERNELS) && defined(__x86_64__)
#pragma GCC push_options
#pragma GCC target("avx2,fma")
#define GWSD_ISA sixteen_lanes
#define GWSD_ISA_NAME "sixteen lanes"
#define GWSD_LANES 16
#define GWSD_TILE_ROWS 12
#define GWSD_TILE_VECTORS 2
#include "../../kernels/cpu/paths.inl"
#undef GWSD_ISA
#undef GWSD_ISA_NAME
#undef GWSD_LANES
#undef GWSD_TILE_ROWS
#undef GWSD_TILE_VECTORS
#pragma GCC pop_options

using namespace gwsd;
using test::random_tensor;

namespace {

std::vector<const kernels::CpuPaths*> tuned_paths()
{
    std::vector<const kernels::CpuPaths*> paths;
    for (const char* name : {"avx2", "avx512"})
        if (const auto* path = kernels::cpu_path(name))
            paths.push_back(path);
        else
            WARN("left out: this processor has no " << name);
    if (kernels::cpu_path("avx2")) paths.push_back(&kernels::sixteen_lanes::paths);
    return paths;
}

/// Every path gives what the portable one gives, for any number of threads the same.
template <class Operation>
void check_paths(const std::vector<Tensor<float>>& inputs, const Operation& operation, double tolerance = 2e-6)
{
    const auto before = kernels::cpu_paths();
    kernels::use_cpu_path(*kernels::cpu_path("portable"));
    const auto expected = test::run_with_gradients(inputs, operation);
    for (const auto* path : tuned_paths()) {
        INFO(path->name);
        kernels::use_cpu_path(*path);
        const auto got = test::run_with_gradients(inputs, operation);
        for (std::size_t n = 0; n < got.size(); ++n) {
            INFO("output, then gradients of inputs: " << n);
            CHECK(test::relative_error(got[n], expected[n]) < tolerance);
        }
        CHECK(test::same_for_any_threads(got, inputs, operation));
    }
    kernels::use_cpu_path(before);
}

} // namespace

TEST_CASE("tuned convolutions equal the portable ones on odd shapes, strides, paddings and channel counts")
{
    struct Case {
        Shape x, w;
        kernels::Conv2dOptions o;
    };
    for (const auto& c : {Case{{1, 1, 1, 3}, {2, 3, 3, 3}, {1, 1}}, Case{{2, 7, 13, 5}, {19, 3, 3, 5}, {1, 1}},
                          Case{{1, 9, 6, 33}, {40, 3, 3, 33}, {1, 1}}, Case{{1, 4, 4, 16}, {1, 1, 1, 16}, {1, 0}},
                          Case{{3, 5, 40, 6}, {64, 3, 3, 6}, {1, 1}}, Case{{1, 2, 9, 1}, {1, 5, 5, 1}, {1, 2}},
                          Case{{2, 8, 7, 5}, {9, 3, 2, 5}, {2, 1}}, Case{{1, 8, 8, 4}, {16, 2, 2, 4}, {2, 0}},
                          Case{{1, 6, 5, 17}, {24, 3, 3, 17}, {1, 0}}, Case{{1, 6, 5, 8}, {48, 3, 3, 8}, {1, 2}},
                          Case{{2, 64, 70, 8}, {16, 3, 3, 8}, {1, 1}}}) {
        INFO(to_string(c.x) << " with " << to_string(c.w) << ", stride " << c.o.stride << ", padding " << c.o.padding);
        check_paths({random_tensor<float>(c.x, 1), random_tensor<float>(c.w, 2), random_tensor<float>({c.w[0]}, 3)},
                    [&](const auto& v) { return ops::conv2d(v[0], v[1], v[2], c.o); });
    }
    check_paths({random_tensor<float>({2, 9, 7, 5}, 1), random_tensor<float>({2, 9, 7, 18}, 2),
                 random_tensor<float>({20, 3, 3, 5}, 3), random_tensor<float>({20, 3, 3, 18}, 4),
                 random_tensor<float>({20}, 5)},
                [](const auto& v) {
                    return ops::conv2d(std::vector{v[0], v[1]}, std::vector{v[2], v[3]}, v[4]);
                });
}

TEST_CASE("tuned transposed convolutions equal the portable ones")
{
    for (const auto& [x, w, o] : {std::tuple{Shape{2, 3, 5, 7}, Shape{7, 2, 2, 9}, kernels::Conv2dOptions{2, 0}},
                                  {Shape{1, 1, 1, 16}, Shape{16, 2, 2, 8}, {2, 0}},
                                  {Shape{1, 4, 3, 33}, Shape{33, 3, 3, 20}, {3, 0}},
                                  {Shape{1, 4, 3, 5}, Shape{5, 3, 3, 6}, {2, 1}},
                                  {Shape{1, 4, 6, 5}, Shape{5, 3, 3, 6}, {1, 1}}})
        check_paths({random_tensor<float>(x, 1), random_tensor<float>(w, 2), random_tensor<float>({w[3]}, 3)},
                    [&, o = o](const auto& v) { return ops::conv_transpose2d(v[0], v[1], v[2], o); });
}

TEST_CASE("tuned group normalisation equals the portable one, with a mean far from zero as well")
{
    for (const auto& [shape, groups] :
         {std::pair<Shape, Index>{{2, 3, 5, 6}, 3}, {{1, 1, 1, 5}, 1}, {{2, 23, 29, 16}, 4}, {{1, 9, 8, 72}, 8}})
        for (const bool silu : {false, true}) {
            auto x = random_tensor<float>(shape, 1, 3);
            for (Index i = 0; i < x.elements(); ++i) x.data()[i] += 20;
            check_paths(
                {x, random_tensor<float>({shape[3]}, 2), random_tensor<float>({shape[3]}, 3)},
                [&, groups = groups](const auto& v) {
                    return ops::group_norm(v[0], v[1], v[2], {.groups = groups}, silu);
                },
                3e-5);
        }
}

TEST_CASE("tuned ConvLSTM layers equal the portable ones, with and without peepholes, recomputed or not")
{
    for (const Index hidden : {3, 8, 20})
        for (const bool peepholes : {false, true})
            for (const bool recompute : {false, true}) {
                std::vector<Tensor<float>> inputs{
                    random_tensor<float>({6, 4, 5, 2}, 1), random_tensor<float>({4 * hidden, 3, 3, 2}, 2, 0.3),
                    random_tensor<float>({4 * hidden, 3, 3, hidden}, 3, 0.2), random_tensor<float>({4 * hidden}, 4)};
                for (std::uint64_t n = 0; peepholes && n < 3; ++n)
                    inputs.push_back(random_tensor<float>({hidden}, 5 + n));
                check_paths(
                    inputs,
                    [&](const auto& v) {
                        ops::ConvLstmWeights<float, Cpu> w{v[1], v[2], v[3], {}};
                        if (peepholes) w.peepholes = {v[4], v[5], v[6]};
                        return ops::conv_lstm_layer(v[0], w, {.window = 3, .recompute = recompute});
                    },
                    1e-5);
            }
}

#endif
