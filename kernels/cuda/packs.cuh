#pragma once

// Channels lie last, so threads of a block are laid out as [pixels, packs of channels]: neighbours read neighbouring
// addresses whatever the number of channels, and no thread divides. A pack is 16 bytes where the channels and all
// pointers allow it, else one value.

#include <cstdint>
#include <initializer_list>
#include <type_traits>

#include "launch.hpp"

namespace gwsd::cuda {

template <class T, int N>
struct alignas(sizeof(T) * N) Pack {
    T at[N];
};

template <int N, class T>
__device__ Pack<std::remove_const_t<T>, N> load(T* from)
{
    return *reinterpret_cast<const Pack<std::remove_const_t<T>, N>*>(from);
}

template <class T, int N>
__device__ void store(const Pack<T, N>& values, T* to)
{
    *reinterpret_cast<Pack<T, N>*>(to) = values;
}

/// As store(). Of several plain stores one may come out value by value (nvcc 13 up to sm_90); this one of four floats
/// cannot.
template <class T, int N>
__device__ void store_vector(const Pack<T, N>& values, T* to)
{
    if constexpr (std::is_same_v<T, float> && N == 4)
        __stwb(reinterpret_cast<float4*>(to), float4{values.at[0], values.at[1], values.at[2], values.at[3]});
    else
        store(values, to);
}

/// Calls work(std::integral_constant<int, N>) with the widest pack that fits; null pointers fit.
template <class T, class Work>
void with_packs(Index channels, std::initializer_list<const void*> pointers, const Work& work)
{
    constexpr int widest = 16 / sizeof(T);
    bool fits = channels % widest == 0;
    for (const void* p : pointers) fits = fits && aligned(p);
    if (fits)
        work(std::integral_constant<int, widest>{});
    else
        work(std::integral_constant<int, 1>{});
}

struct Blocks {
    dim3 grid, block;
};

/// Threads [pixels, packs] for `pixels` without rows, `each` of them a thread.
inline Blocks pixel_blocks(Index pixels, Index packs, Index each = 1)
{
    const auto x = static_cast<unsigned>(packs < block_threads ? packs : block_threads), y = block_threads / x;
    return {dim3(blocks_for(pixels, y * each), blocks_for(packs, x)), dim3(x, y)};
}
__device__ inline Index pixel_here(Index each = 1)
{
    return static_cast<Index>(blockIdx.x) * blockDim.y * each + threadIdx.y;
}
__device__ inline Index pack_here() { return static_cast<Index>(blockIdx.y) * blockDim.x + threadIdx.x; }

/// Threads [columns, packs] of one of `lines` rows of pixels a block. Rows and columns fit 32 bits, whose division is
/// short.
inline Blocks line_blocks(Index lines, Index cols, Index packs)
{
    const auto x = static_cast<unsigned>(packs < block_threads ? packs : block_threads), fit = block_threads / x;
    const auto y = cols < static_cast<Index>(fit) ? static_cast<unsigned>(cols) : fit;
    return {dim3(static_cast<unsigned>(lines), blocks_for(packs, x), blocks_for(cols, y)), dim3(x, y)};
}
__device__ inline int line_here() { return static_cast<int>(blockIdx.x); }
__device__ inline int col_here() { return static_cast<int>(blockIdx.z * blockDim.y + threadIdx.y); }

} // namespace gwsd::cuda
