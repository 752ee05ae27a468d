#pragma once

// From sums in the registers of a block to pixels of the result, by way of shared memory, so that neighbouring threads
// write neighbouring channels, four a thread where that is possible.

#include "conv2d_mma_operands.cuh"

namespace gwsd::cuda {

/// Pixel (b, spread r + row, spread c + col) of an image of all_rows x all_cols is row (b, r, c) of a product.
struct ResultPixels {
    int rows, cols, all_rows, all_cols, spread, row, col;

    __device__ Index of(int pixel) const
    {
        if (spread == 1) return pixel;
        const Digits at = Digits::of(pixel, rows, cols);
        return (static_cast<Index>(at.outer) * all_rows + at.middle * spread + row) * all_cols + at.inner * spread +
               col;
    }
};

/// A row of sums in shared memory: eight banks further than a multiple of all, so that four rows of a fragment do not
/// meet.
template <class Tile>
constexpr int sum_stride = Tile::n + 8;

template <int Width>
__device__ inline void read(const float* from, float (&to)[Width])
{
    if constexpr (Width == 4) {
        const float4 value = *reinterpret_cast<const float4*>(from);
        to[0] = value.x, to[1] = value.y, to[2] = value.z, to[3] = value.w;
    } else {
        to[0] = *from;
    }
}
template <int Width>
__device__ inline void read(const __nv_bfloat16* from, float (&to)[Width])
{
    if constexpr (Width == 4) {
        const uint2 value = *reinterpret_cast<const uint2*>(from);
        to[0] = __uint_as_float(value.x << 16), to[1] = __uint_as_float(value.x & 0xffff0000u);
        to[2] = __uint_as_float(value.y << 16), to[3] = __uint_as_float(value.y & 0xffff0000u);
    } else {
        to[0] = __bfloat162float(*from);
    }
}
template <int Width>
__device__ inline void write(const float (&from)[Width], float* to)
{
    if constexpr (Width == 4)
        *reinterpret_cast<float4*>(to) = {from[0], from[1], from[2], from[3]};
    else
        *to = from[0];
}
template <int Width>
__device__ inline void write(const float (&from)[Width], __nv_bfloat16* to)
{
    if constexpr (Width == 4) {
        __nv_bfloat162 pairs[2] = {__floats2bfloat162_rn(from[0], from[1]), __floats2bfloat162_rn(from[2], from[3])};
        *reinterpret_cast<uint2*>(to) = *reinterpret_cast<const uint2*>(pairs);
    } else {
        *to = __float2bfloat16_rn(from[0]);
    }
}

/// One thread `Width` neighbouring channels of a pixel at a time.
template <int Width, class Tile, class Result>
__device__ inline void put_rows(const float* sums, const ResultPixels& at, int first_pixel, int pixels,
                                int first_channel, int channels, const kernels::Conv2dInto<float>& into, Result* result)
{
    constexpr int per_row = Tile::n / Width;
    for (int i = static_cast<int>(threadIdx.x); i < Tile::m * per_row; i += Tile::threads) {
        const int row = i / per_row, col = i % per_row * Width;
        const int pixel = first_pixel + row, channel = first_channel + col;
        if (pixel >= pixels || channel >= channels) continue;
        float value[Width], start[Width] = {};
        read(sums + row * sum_stride<Tile> + col, value);
        Result* to = result + at.of(pixel) * channels + channel;
        if (into.add && !seeded(229)) read(to, start);
        if (!into.add && into.bias) read(into.bias + channel, start);
#pragma unroll
        for (int c = 0; c < Width; ++c) value[c] += start[c];
        write(value, to);
    }
}

/// Puts the block's sums into the result; `exchange` is shared memory that nobody reads any more.
template <class Tile, class Result>
__device__ inline void put_sums(const typename Tile::Sums& sums, float* exchange, const ResultPixels& at,
                                int first_pixel, int pixels, int first_channel, int channels,
                                const kernels::Conv2dInto<float>& into, bool vectors, Result* result)
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
    for (int i = 0; i < Tile::parts_m; ++i)
#pragma unroll
        for (int j = 0; j < Tile::parts_n; ++j)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const int row = Tile::first_m() + 16 * i + 8 * half + lane / 4;
                const int col = Tile::first_n() + 8 * j + lane % 4 * 2;
                *reinterpret_cast<float2*>(exchange + row * sum_stride<Tile> + col) = {sums[i][j][2 * half],
                                                                                       sums[i][j][2 * half + 1]};
            }
    if (!seeded(228)) __syncthreads();
    if (vectors)
        put_rows<4, Tile>(exchange, at, first_pixel, pixels, first_channel, channels, into, result);
    else
        put_rows<1, Tile>(exchange, at, first_pixel, pixels, first_channel, channels, into, result);
}

} // namespace gwsd::cuda
