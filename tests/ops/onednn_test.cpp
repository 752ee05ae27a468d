// Convolutions by oneDNN against the portable ones. A build without oneDNN skips them visibly.

#include <cstdio>

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/cpu_paths.hpp"
#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/conv_transpose2d.hpp"
#include "support/operation_run.hpp"

#ifdef GWSD_HAVE_CPU_KERNELS

using namespace gwsd;
using kernels::Conv2dOptions;
using kernels::Precision;
using test::random_tensor;

namespace {

/// Calls of oneDNN that computed something; a call that is declined is not counted.
int served = 0;

/// oneDNN behind a counter, on top of the portable path: so nothing else can have computed what agrees.
kernels::CpuPaths counted_path()
{
    static const kernels::ConvLibrary counted{
        "counted onednn",
        [](auto x, auto w, auto o, auto into, auto y) {
            const bool done = kernels::onednn::convolutions()->forward(x, w, o, into, y);
            return served += done, done;
        },
        [](auto grad_y, auto w, auto o, auto into, auto grad_x) {
            const bool done = kernels::onednn::convolutions()->backward_input(grad_y, w, o, into, grad_x);
            return served += done, done;
        },
        [](auto x, auto grad_y, auto o, auto grad_w) {
            const bool done = kernels::onednn::convolutions()->backward_weight(x, grad_y, o, grad_w);
            return served += done, done;
        }};
    kernels::CpuPaths path = *kernels::cpu_path("portable");
    path.name = "onednn", path.library = &counted;
    return path;
}

/// Output and gradients by oneDNN are the portable ones with any number of threads; `calls` of oneDNN made them.
template <class Operation>
void check_onednn(const std::vector<Tensor<float>>& inputs, const Operation& operation, int calls = 3)
{
    const auto before = kernels::cpu_paths();
    kernels::use_cpu_path(*kernels::cpu_path("portable"));
    const auto expected = test::run_with_gradients(inputs, operation);
    kernels::use_cpu_path(counted_path());
    for (const int threads : {1, 2, 3, 1}) {
        set_threads(threads);
        served = 0;
        const auto got = test::run_with_gradients(inputs, operation);
        for (std::size_t n = 0; n < got.size(); ++n) {
            INFO(threads << " threads; output, then gradients of inputs: " << n);
            CHECK(test::relative_error(got[n], expected[n]) < 2e-5);
        }
        CHECK(served == calls);
    }
    set_threads(default_threads());
    kernels::use_cpu_path(before);
}

bool is_built()
{
    if (kernels::onednn::convolutions()) return true;
    WARN("SKIPPED: this build has no oneDNN");
    std::puts("SKIPPED: no oneDNN");
    return false;
}

std::string refusal(const std::string& name)
{
    try {
        kernels::conv_library(name);
    } catch (const ConfigError& error) {
        return error.what();
    }
    return "";
}

} // namespace

TEST_CASE("a library of convolutions is asked for by name")
{
    CHECK(kernels::conv_library("own") == nullptr);
    CHECK(refusal("cudnn") == "GWSD_CONVOLUTION=cudnn: expected own or onednn");
    if (kernels::onednn::convolutions())
        CHECK(kernels::conv_library("onednn") == kernels::onednn::convolutions());
    else
        CHECK(refusal("onednn") ==
              "GWSD_CONVOLUTION=onednn: this build has no oneDNN; install libdnnl-dev and "
              "configure with -DGWSD_WITH_ONEDNN=ON");
}

TEST_CASE("oneDNN's convolutions equal the portable ones on odd shapes, strides, paddings and channel counts")
{
    if (!is_built()) return;
    struct Case {
        Shape x, w;
        Conv2dOptions o;
    };
    for (const auto& c : {Case{{1, 1, 1, 3}, {2, 3, 3, 3}, {1, 1}}, Case{{2, 7, 13, 5}, {19, 3, 3, 5}, {1, 1}},
                          Case{{1, 9, 6, 33}, {40, 3, 3, 33}, {1, 1}}, Case{{1, 4, 4, 16}, {1, 1, 1, 16}, {1, 0}},
                          Case{{3, 5, 40, 6}, {64, 3, 3, 6}, {1, 1}}, Case{{1, 2, 9, 1}, {1, 5, 5, 1}, {1, 2}},
                          Case{{2, 8, 7, 5}, {9, 3, 2, 5}, {2, 1}}, Case{{1, 8, 8, 4}, {16, 2, 2, 4}, {2, 0}},
                          Case{{1, 6, 5, 17}, {24, 3, 3, 17}, {1, 0}}, Case{{1, 6, 5, 8}, {48, 3, 3, 8}, {1, 2}},
                          Case{{2, 64, 70, 8}, {16, 3, 3, 8}, {1, 1}}}) {
        INFO(to_string(c.x) << " with " << to_string(c.w) << ", stride " << c.o.stride << ", padding " << c.o.padding);
        check_onednn({random_tensor<float>(c.x, 1), random_tensor<float>(c.w, 2), random_tensor<float>({c.w[0]}, 3)},
                     [&](const auto& v) { return ops::conv2d(v[0], v[1], v[2], c.o); });
    }
}

TEST_CASE("oneDNN adds a second source to the first, and gradients to what is there")
{
    if (!is_built()) return;
    const std::vector<Tensor<float>> inputs{
        random_tensor<float>({2, 9, 7, 5}, 1), random_tensor<float>({2, 9, 7, 18}, 2),
        random_tensor<float>({20, 3, 3, 5}, 3), random_tensor<float>({20, 3, 3, 18}, 4), random_tensor<float>({20}, 5)};
    check_onednn(
        inputs,
        [](const auto& v) {
            return ops::conv2d(std::vector{v[0], v[1]}, std::vector{v[2], v[3]}, v[4]);
        },
        6);
    // One source twice, with the same weights: every gradient is the sum of two.
    check_onednn(
        {inputs[0], inputs[2], inputs[4]},
        [](const auto& v) {
            return ops::conv2d(std::vector{v[0], v[0]}, std::vector{v[1], v[1]}, v[2]);
        },
        6);
}

TEST_CASE("oneDNN's transposed convolutions equal the portable ones")
{
    if (!is_built()) return;
    for (const auto& [x, w, o] : {std::tuple{Shape{2, 3, 5, 7}, Shape{7, 2, 2, 9}, Conv2dOptions{2, 0}},
                                  {Shape{1, 1, 1, 16}, Shape{16, 2, 2, 8}, {2, 0}},
                                  {Shape{1, 4, 3, 33}, Shape{33, 3, 3, 20}, {3, 0}},
                                  {Shape{1, 4, 3, 5}, Shape{5, 3, 3, 6}, {2, 1}},
                                  {Shape{1, 4, 6, 5}, Shape{5, 3, 3, 6}, {1, 1}}})
        check_onednn({random_tensor<float>(x, 1), random_tensor<float>(w, 2), random_tensor<float>({w[3]}, 3)},
                     [&, o = o](const auto& v) { return ops::conv_transpose2d(v[0], v[1], v[2], o); });
}

TEST_CASE("in bf16 oneDNN gives the portable numbers to rounding; what it declines gwsd computes")
{
    if (!is_built()) return;
    const std::vector<Tensor<float>> inputs{random_tensor<float>({2, 9, 7, 33}, 1),
                                            random_tensor<float>({20, 3, 3, 33}, 2), random_tensor<float>({20}, 3)};
    const auto bf16 = [&](Precision precision) {
        return [precision](const auto& v) { return ops::conv2d(v[0], v[1], v[2], {1, 1, precision}); };
    };
    // Three calls either way: of bf16, or where the processor has none of f32 on rounded operands.
    check_onednn(inputs, bf16(Precision::bf16));
    check_onednn(inputs, bf16(Precision::f32_fast), 0);
}

#endif
