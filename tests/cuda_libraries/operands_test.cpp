// What gwsd does to operands and results around a library's products.

#include "operands.hpp"

#include <cmath>
#include <limits>

#include "cuda/support.hpp"
#include "gwsd/tensor/bfloat16.hpp"

#if defined(GWSD_HAVE_CUDNN) || defined(GWSD_HAVE_CUBLAS)

using namespace gwsd;
using test::random_tensor;

namespace {

constexpr float infinity = std::numeric_limits<float>::infinity();

/// Random values of all sizes, and those at the ends of the range; one more than a block.
std::vector<float> all_kinds()
{
    auto values = random_tensor<float>({257}, 3).to_vector();
    for (std::size_t i = 0; i < values.size(); ++i) values[i] = std::ldexp(values[i], static_cast<int>(i % 200) - 100);
    const float most = std::numeric_limits<float>::max();
    values[0] = most, values[1] = -most, values[2] = infinity, values[3] = -infinity, values[4] = 0, values[5] = -0.0F;
    values[6] = 1.00390625F, values[7] = 1.01171875F; // halfway between two bf16: to even, down and up
    return values;
}

bool same_bits(float a, float b) { return std::bit_cast<std::uint32_t>(a) == std::bit_cast<std::uint32_t>(b); }

} // namespace

TEST_CASE("the device rounds to bf16 as the CPU does")
{
    GWSD_NEEDS_CUDA
    auto values = all_kinds();
    values.push_back(std::numeric_limits<float>::quiet_NaN());
    const auto n = static_cast<Index>(values.size());
    const auto from = Tensor<float, Cuda>::from({n}, values);
    const auto to = Tensor<bfloat16, Cuda>::empty({n});
    kernels::round_to_bf16(n, from.data(), &to.data()->bits);
    const auto got = to.to_vector();
    for (std::size_t i = 0; i < values.size(); ++i) CHECK(got[i].bits == bfloat16(values[i]).bits);
}

TEST_CASE("two parts of a number give it back and the first fits TF32")
{
    GWSD_NEEDS_CUDA
    const auto values = all_kinds();
    const auto n = static_cast<Index>(values.size());
    const auto x = Tensor<float, Cuda>::from({n}, values), high = Tensor<float, Cuda>::empty({n}),
               low = Tensor<float, Cuda>::empty({n});
    kernels::split_for_tf32(n, x.data(), high.data(), low.data());
    const auto h = high.to_vector(), l = low.to_vector();
    for (std::size_t i = 0; i < values.size(); ++i) {
        INFO(values[i]);
        CHECK((values[i] == 0 || same_bits(h[i] + l[i], values[i])));
        if (!std::isfinite(values[i])) continue;
        CHECK((std::bit_cast<std::uint32_t>(h[i]) & 0x1FFFU) == 0);
        CHECK(std::abs(l[i]) <= std::ldexp(std::abs(values[i]), -10));
    }
}

TEST_CASE("a result is written or added or starts from a bias")
{
    GWSD_NEEDS_CUDA
    const Index pixels = 37, channels = 7;
    const auto part = random_tensor<float>({pixels, channels}, 1), before = random_tensor<float>({pixels, channels}, 2),
               bias = random_tensor<float>({channels}, 3);
    const auto on_device = copy_to<Cuda>(part), bias_there = copy_to<Cuda>(bias);
    const auto delivered = [&](kernels::Conv2dInto<float> into) {
        const auto y = copy_to<Cuda>(before);
        kernels::deliver(pixels, channels, on_device.data(), into, y.data());
        return y.to_vector();
    };
    const auto added = delivered({}), written = delivered({.add = false}),
               biased = delivered({false, bias_there.data()});
    const auto y = Tensor<float, Cuda>::empty({pixels, channels});
    kernels::spread_bias(pixels, channels, bias_there.data(), y.data());
    const auto spread = y.to_vector();
    for (Index i = 0; i < pixels * channels; ++i) {
        const auto at = static_cast<std::size_t>(i);
        const float b = bias.data()[i % channels];
        CHECK(added[at] == before.data()[i] + part.data()[i]);
        CHECK(written[at] == part.data()[i]);
        CHECK(biased[at] == b + part.data()[i]);
        CHECK(spread[at] == b);
    }
}

#endif
