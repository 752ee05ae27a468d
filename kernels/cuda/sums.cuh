#pragma once

// Sums over many values, in double and always in the same order: every block leaves the sums of its values, and whoever
// needs the total adds those up.

#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::cuda {

/// Threads of a block that adds up.
inline constexpr int sum_threads = 256;

/// Blocks that add up `items`, each thread several of them; few enough that any block may add up what all of them left.
inline unsigned sum_blocks(Index items)
{
    const Index blocks = (items + 4 * sum_threads - 1) / (4 * sum_threads);
    return static_cast<unsigned>(blocks < 1 ? 1 : blocks > 512 ? 512 : blocks);
}

/// Several sums that are made together.
template <int N>
struct alignas(N % 2 == 0 ? 16 : 8) Sums {
    double of[N];

    __device__ void add(const Sums& other)
    {
        for (int k = 0; k < N; ++k) of[k] += other.of[k];
    }
};

/// The sums of all threads of a block: a tree in each warp, then the warps one after the other. Every thread gets them.
template <int N>
__device__ Sums<N> block_sums(Sums<N> mine)
{
    constexpr int warps = sum_threads / 32;
    __shared__ Sums<N> parts[warps];
    for (int k = 0; k < N; ++k)
        for (int step = 16; step > 0; step /= 2) mine.of[k] += __shfl_down_sync(0xffffffffU, mine.of[k], step);
    __syncthreads(); // whoever still reads the parts of an earlier call
    if (threadIdx.x % 32 == 0) parts[threadIdx.x / 32] = mine;
    if (!seeded(400)) __syncthreads();
    Sums<N> all = parts[0];
    for (int warp = 1; warp < warps; ++warp) all.add(parts[warp]);
    return all;
}

/// The sums of what `count` blocks left.
template <int N>
__device__ Sums<N> sum_parts(const Sums<N>* parts, Index count)
{
    Sums<N> mine{};
    for (Index i = threadIdx.x; i < count; i += sum_threads) mine.add(parts[i]);
    return block_sums(mine);
}

/// The first value of a thread of a grid whose blocks share `items`, and the way to its next.
__device__ inline Index first_item() { return static_cast<Index>(blockIdx.x) * sum_threads + threadIdx.x; }
__device__ inline Index item_step() { return static_cast<Index>(gridDim.x) * sum_threads; }

} // namespace gwsd::cuda
