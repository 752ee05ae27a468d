// Number formats of matrix units, and what meets a product's result. All are bound by memory.

#include "operands.hpp"

namespace gwsd::kernels {
namespace {

constexpr int threads = 256;

__device__ Index thread_index() { return static_cast<Index>(blockIdx.x) * threads + threadIdx.x; }

/// One thread a value.
__global__ void round_operands_kernel(Index n, const float* from, std::uint16_t* to)
{
    const Index i = thread_index();
    if (i >= n) return;
    const unsigned word = __float_as_uint(from[i]);
    const bool is_nan = (word & 0x7FFFFFFFU) > 0x7F800000U;
    const unsigned rounded = is_nan ? word | 0x00400000U : word + 0x7FFFU + ((word >> 16) & 1U);
    to[i] = static_cast<std::uint16_t>(rounded >> 16);
}

/// One thread a value. Cutting bits off, not rounding, keeps the largest numbers finite; the rest is exact.
__global__ void split_kernel(Index n, const float* x, float* high, float* low)
{
    const Index i = thread_index();
    if (i >= n) return;
    const float value = x[i];
    const unsigned word = __float_as_uint(value);
    const bool finite = (word & 0x7F800000U) != 0x7F800000U;
    const float cut = finite ? __uint_as_float(word & 0xFFFFE000U) : value;
    high[i] = cut;
    low[i] = finite ? value - cut : 0.0F;
}

/// One thread a value.
__global__ void spread_kernel(Index n, Index channels, const float* bias, float* y)
{
    const Index i = thread_index();
    if (i < n) y[i] = bias[i % channels];
}

/// One thread a value.
__global__ void deliver_kernel(Index n, Index channels, const float* part, bool add, const float* bias, float* y)
{
    const Index i = thread_index();
    if (i >= n) return;
    const float before = add ? y[i] : bias ? bias[i % channels] : 0.0F;
    y[i] = before + part[i];
}

} // namespace

void round_to_bf16(Index n, const float* from, std::uint16_t* to)
{
    if (n == 0) return;
    round_operands_kernel<<<cuda::blocks_for(n, threads), threads, 0, cuda::stream()>>>(n, from, to);
    cuda::check_launch("rounding to bf16");
}

void split_for_tf32(Index n, const float* x, float* high, float* low)
{
    if (n == 0) return;
    split_kernel<<<cuda::blocks_for(n, threads), threads, 0, cuda::stream()>>>(n, x, high, low);
    cuda::check_launch("splitting for TF32");
}

void spread_bias(Index pixels, Index channels, const float* bias, float* y)
{
    const Index n = pixels * channels;
    if (n == 0) return;
    spread_kernel<<<cuda::blocks_for(n, threads), threads, 0, cuda::stream()>>>(n, channels, bias, y);
    cuda::check_launch("bias");
}

void deliver(Index pixels, Index channels, const float* part, Conv2dInto<float> into, float* y)
{
    const Index n = pixels * channels;
    if (n == 0) return;
    deliver_kernel<<<cuda::blocks_for(n, threads), threads, 0, cuda::stream()>>>(n, channels, part, into.add, into.bias,
                                                                                 y);
    cuda::check_launch("adding a convolution");
}

} // namespace gwsd::kernels
