#pragma once

// Products of matrices by tiles: C[M, N] = sum over k of A[M, k] B[k, N] with A and B read through `Source`s, which
// know where a value lies and are zero outside. A block takes K values of k at a time through shared memory, twice
// buffered; each thread holds a small tile of C in registers.

#include "gwsd/core/shape.hpp"
#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {

using cuda::Pack;

/// Values in 128 bits.
template <class T>
inline constexpr int wide = 16 / static_cast<int>(sizeof(T));

/// What a block and a thread of it compute. A warp is 8 threads along M by 4 along N.
template <class Scalar, int M, int N, int K, int ThreadM, int ThreadN>
struct Tile {
    using T = Scalar;
    static constexpr int m = M, n = N, k = K, thread_m = ThreadM, thread_n = ThreadN;
    static constexpr int threads = (M / ThreadM) * (N / ThreadN);
    /// Neighbouring rows or columns of a thread, which it reads from shared memory at once.
    static constexpr int pack_m = ThreadM < wide<T> ? ThreadM : wide<T>, pack_n = ThreadN < wide<T> ? ThreadN : wide<T>;
    static constexpr int warps_n = N / (4 * ThreadN);

    /// The thread's first row and column in the tile; its further packs follow every 8 or 4 packs.
    __device__ static int row() { return threadIdx.x / 32 / warps_n * (8 * ThreadM) + threadIdx.x % 32 / 4 * pack_m; }
    __device__ static int col() { return threadIdx.x / 32 % warps_n * (4 * ThreadN) + threadIdx.x % 4 * pack_n; }
    __device__ static constexpr int row_of(int i) { return i / pack_m * (8 * pack_m) + i % pack_m; }
    __device__ static constexpr int col_of(int i) { return i / pack_n * (4 * pack_n) + i % pack_n; }
};

/// Brings `Rows` rows, whose values along k are neighbours in memory, into shared memory turned round: [k][row].
/// Threads of a warp take `group` packs of k of neighbouring rows. Rows are stored with some bits of their number
/// turned by k, so that what a warp stores falls into different banks; packs of rows stay together.
template <class Tile, int Rows, int Width>
struct TurnedStage {
    using T = typename Tile::T;
    static constexpr int banks = 128 / static_cast<int>(sizeof(T)), stride = Rows < banks ? banks : Rows;
    static constexpr int packs = Tile::k / Width, group = packs < 8 ? packs : 8, columns = packs / group;
    static constexpr int rows_at_once = Tile::threads / packs, passes = (Rows + rows_at_once - 1) / rows_at_once;
    Pack<T, Width> held[passes];

    __device__ static constexpr int turn(int k) { return banks / group * (k / Width % group); }
    __device__ static int k() { return (threadIdx.x % group + threadIdx.x / 32 % columns * group) * Width; }
    __device__ static int row(int pass)
    {
        return pass * rows_at_once + threadIdx.x / 32 / columns * (32 / group) + threadIdx.x % 32 / group;
    }

    template <class Source>
    __device__ void fetch(Source& source, int first_k)
    {
        source.go_to(first_k + k());
#pragma unroll
        for (int pass = 0; pass < passes; ++pass)
            if (Rows % rows_at_once == 0 || row(pass) < Rows) held[pass] = source(row(pass));
    }
    __device__ void put(T* to) const
    {
        const int turned = cuda::seeded(205) ? 0 : turn(k());
#pragma unroll
        for (int pass = 0; pass < passes; ++pass)
            if (Rows % rows_at_once == 0 || row(pass) < Rows)
#pragma unroll
                for (int i = 0; i < Width; ++i) to[(k() + i) * stride + (row(pass) ^ turned)] = held[pass].at[i];
    }
};

/// Brings `Rows` neighbouring values of every k into shared memory as they lie: [k][row]. A thread keeps its rows.
template <class Tile, int Rows, int Width>
struct StraightStage {
    using T = typename Tile::T;
    static constexpr int stride = Rows, packs = Rows / Width, k_at_once = Tile::threads / packs;
    static constexpr int passes = (Tile::k + k_at_once - 1) / k_at_once;
    Pack<T, Width> held[passes];

    __device__ static constexpr int turn(int) { return 0; }
    __device__ static int row() { return threadIdx.x % packs * Width; }
    __device__ static int k(int pass) { return pass * k_at_once + threadIdx.x / packs; }

    template <class Source>
    __device__ void fetch(Source& source, int first_k)
    {
#pragma unroll
        for (int pass = 0; pass < passes; ++pass)
            if (Tile::k % k_at_once == 0 || k(pass) < Tile::k) held[pass] = source(first_k + k(pass));
    }
    __device__ void put(T* to) const
    {
#pragma unroll
        for (int pass = 0; pass < passes; ++pass)
            if (Tile::k % k_at_once == 0 || k(pass) < Tile::k)
                *reinterpret_cast<Pack<T, Width>*>(to + k(pass) * stride + row()) = held[pass];
    }
};

/// Adds the product over one step of k to the thread's tile of C.
template <class Tile, class A, class B, class T>
__device__ void multiply(const T* a_tile, const T* b_tile, T (&sum)[Tile::thread_m][Tile::thread_n])
{
    const int row = Tile::row(), col = Tile::col();
#pragma unroll
    for (int k = 0; k < Tile::k; ++k) {
        T a[Tile::thread_m], b[Tile::thread_n];
#pragma unroll
        for (int i = 0; i < Tile::thread_m; i += Tile::pack_m)
            *reinterpret_cast<Pack<T, Tile::pack_m>*>(a + i) = *reinterpret_cast<const Pack<T, Tile::pack_m>*>(
                a_tile + k * A::stride + ((row + Tile::row_of(i)) ^ A::turn(k)));
#pragma unroll
        for (int i = 0; i < Tile::thread_n; i += Tile::pack_n)
            *reinterpret_cast<Pack<T, Tile::pack_n>*>(b + i) = *reinterpret_cast<const Pack<T, Tile::pack_n>*>(
                b_tile + k * B::stride + ((col + Tile::col_of(i)) ^ B::turn(k)));
#pragma unroll
        for (int i = 0; i < Tile::thread_m; ++i)
#pragma unroll
            for (int j = 0; j < Tile::thread_n; ++j) sum[i][j] += a[i] * b[j];
    }
}

/// The thread's tile of the product over k in [begin, end). Sources give zero from `end` on. While a step is multiplied
/// the next one is on its way from memory; one barrier a step, since what is written was last read a step before.
template <class Tile, class A, class B, class SourceA, class SourceB, class T>
__device__ void tile_product(int begin, int end, SourceA& source_a, SourceB& source_b,
                             T (&sum)[Tile::thread_m][Tile::thread_n])
{
    __shared__ __align__(16) T a_tile[2][Tile::k * A::stride];
    __shared__ __align__(16) T b_tile[2][Tile::k * B::stride];
    A a;
    B b;
    a.fetch(source_a, begin), b.fetch(source_b, begin);
    a.put(a_tile[0]), b.put(b_tile[0]);
    __syncthreads();
    int now = 0;
    for (int k = begin; k < end - (cuda::seeded(200) ? Tile::k - 1 : 0); k += Tile::k) {
        const bool more = k + Tile::k < end;
        if (more) a.fetch(source_a, k + Tile::k), b.fetch(source_b, k + Tile::k);
        multiply<Tile, A, B>(a_tile[now], b_tile[now], sum);
        now = 1 - now;
        if (more) a.put(a_tile[now]), b.put(b_tile[now]);
        if (!cuda::seeded(201)) __syncthreads();
    }
}

/// Sums on their way to memory: to[i] = start[i] + sum[i], or to[i] + sum[i]; only the first `count`, one by one unless
/// `at_once` says that the whole pack is there and aligned.
template <class T, int N>
__device__ void put_sums(T* to, int count, bool at_once, bool add, const Pack<T, N>& start, const T* sum)
{
    if (at_once) {
        Pack<T, N> value = start;
        if (add) value = *reinterpret_cast<const Pack<T, N>*>(to);
#pragma unroll
        for (int i = 0; i < N; ++i) value.at[i] += sum[i];
        *reinterpret_cast<Pack<T, N>*>(to) = value;
    } else {
#pragma unroll
        for (int i = 0; i < N; ++i)
            if (i < count) to[i] = (add ? to[i] : start.at[i]) + sum[i];
    }
}

} // namespace gwsd::kernels
