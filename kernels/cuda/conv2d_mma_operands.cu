// Copies of operands for products on tensor cores: rounded, filled up to whole chunks, turned.

#include "conv2d_mma_operands.cuh"

namespace gwsd::cuda {
namespace {

constexpr int square = 32;

template <class To>
__device__ To converted(float value)
{
    return static_cast<To>(value);
}

/// One thread a value of the result.
template <class From, class To>
__global__ void pack_kernel(Index rows, int channels, const From* from, int padded, To* to)
{
    const Index i = static_cast<Index>(blockIdx.x) * block_threads + threadIdx.x;
    if (i >= rows * padded) return;
    const Index row = i / padded;
    const int channel = static_cast<int>(i - row * padded);
    const bool inside = channel < channels || (seeded(227) && row + 1 < rows);
    to[i] = converted<To>(inside ? static_cast<float>(from[row * channels + channel]) : 0.0f);
}

/// One thread four values, which it rounds: a load of 16 bytes, a store of 8.
__global__ void round_kernel(Index quads, const float4* from, uint2* to)
{
    const Index i = static_cast<Index>(blockIdx.x) * block_threads + threadIdx.x;
    if (i >= quads) return;
    const float4 value = from[i];
    const __nv_bfloat162 pairs[2] = {__floats2bfloat162_rn(value.x, value.y), __floats2bfloat162_rn(value.z, value.w)};
    to[i] = *reinterpret_cast<const uint2*>(pairs);
}

/// One block 32 outputs by 32 inputs of one tap, through shared memory so that both sides are read and written along
/// their rows. Thread (x, y) takes every eighth row from y on.
template <class From, class To>
__global__ void turn_kernel(int out, int taps, int in, const From* from, int padded, To* to)
{
    __shared__ float part[square][square + 1];
    const int x = static_cast<int>(threadIdx.x), first_n = static_cast<int>(blockIdx.x) * square,
              first_k = static_cast<int>(blockIdx.y) * square, tap = static_cast<int>(blockIdx.z);
    for (int y = static_cast<int>(threadIdx.y); y < square; y += 8) {
        const int n = first_n + y, k = first_k + x;
        part[y][x] = n < out && k < in ? static_cast<float>(from[(static_cast<Index>(n) * taps + tap) * in + k]) : 0.0f;
    }
    if (!seeded(235)) __syncthreads();
    for (int y = static_cast<int>(threadIdx.y); y < square; y += 8) {
        const int n = first_n + x, k = first_k + y;
        if (n < padded && k < in) to[(static_cast<Index>(k) * taps + tap) * padded + n] = converted<To>(part[x][y]);
    }
}

} // namespace

template <class From, class To>
void pack(Index rows, Index channels, const From* from, Index padded, To* to)
{
    if (rows * padded == 0) return;
    if constexpr (!std::is_same_v<From, To>)
        if (channels == padded && aligned(from)) {
            const Index quads = rows * channels / 4;
            round_kernel<<<blocks_for(quads, block_threads), block_threads, 0, stream()>>>(
                quads, reinterpret_cast<const float4*>(from), reinterpret_cast<uint2*>(to));
            return check_launch("rounding of an operand");
        }
    pack_kernel<<<blocks_for(rows * padded, block_threads), block_threads, 0, stream()>>>(
        rows, static_cast<int>(channels), from, static_cast<int>(padded), to);
    check_launch("copy of an operand");
}

template <class From, class To>
void turn(Index out, Index taps, Index in, const From* from, Index padded, To* to)
{
    if (padded * taps * in == 0) return;
    const dim3 grid(blocks_for(padded, square), blocks_for(in, square), static_cast<unsigned>(taps));
    turn_kernel<<<grid, dim3(square, 8), 0, stream()>>>(static_cast<int>(out), static_cast<int>(taps),
                                                        static_cast<int>(in), from, static_cast<int>(padded), to);
    check_launch("turning of weights");
}

#define GWSD_INSTANTIATE(From, To)                             \
    template void pack(Index, Index, const From*, Index, To*); \
    template void turn(Index, Index, Index, const From*, Index, To*);
GWSD_INSTANTIATE(float, float)
GWSD_INSTANTIATE(float, __nv_bfloat16)
GWSD_INSTANTIATE(__nv_bfloat16, __nv_bfloat16)

} // namespace gwsd::cuda
