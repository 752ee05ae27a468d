#pragma once

// Tiles in shared memory and the product of a warp's part of them, for bf16 and for f32 by tf32. All counts of bytes
// are in chunks of 16: eight values of bf16 or four of f32. A step along k is two chunks in either.

#include <cuda_bf16.h>

#include "ptx.cuh"
#include "seed_bug.cuh"

namespace gwsd::cuda {

template <class Element>
constexpr int chunk_values = 16 / static_cast<int>(sizeof(Element));

/// What a block makes: M rows and N columns of the result by WarpsM x WarpsN warps, through Stages buffers that hold
/// `depth` chunks along k of every row.
template <int M, int N, int WarpsM, int WarpsN, int Stages>
struct MmaTile {
    static constexpr int m = M, n = N, stages = Stages, depth = 4;
    static constexpr int threads = 32 * WarpsM * WarpsN;
    static constexpr int warp_m = M / WarpsM, warp_n = N / WarpsN; ///< rows and columns of a warp
    static constexpr int parts_m = warp_m / 16, parts_n = warp_n / 8;
    static_assert(warp_m % 16 == 0 && warp_n % 16 == 0);
    __device__ static int first_m() { return static_cast<int>(threadIdx.x) / 32 / WarpsN * warp_m; }
    __device__ static int first_n() { return static_cast<int>(threadIdx.x) / 32 % WarpsN * warp_n; }
    using Sums = float[parts_m][parts_n][4];
};

/// Place, in bytes, of a chunk in a tile of rows of `PerRow` chunks; eight rows further it is a whole number of rows
/// further. The exclusive or gives the same chunk of eight rows that follow each other, which is what ldmatrix reads at
/// once, eight places in the 128 bytes of all banks.
template <int PerRow>
__device__ inline unsigned swizzled(int row, int chunk)
{
    constexpr int mask = PerRow < 8 ? PerRow - 1 : 7, rows = PerRow < 8 ? 8 / PerRow : 1;
    return static_cast<unsigned>(16 * (row * PerRow + (chunk ^ ((row / rows) & mask))));
}

/// sums += a b of bf16, k = 16.
template <int PartsM, int PartsN>
__device__ inline void multiply(__nv_bfloat16, const unsigned (&a)[PartsM][4], const unsigned (&b)[PartsN][2],
                                float (&sums)[PartsM][PartsN][4])
{
#pragma unroll
    for (int i = 0; i < PartsM; ++i)
#pragma unroll
        for (int j = 0; j < PartsN; ++j) mma_bf16_m16n8k16(sums[i][j], a[i], b[seeded(222) && PartsN > 1 ? j ^ 1 : j]);
}

/// x = big + small, both with 11 significant bits, to 2^-21 of x: big is within 2^-11 of it, and cutting small off
/// loses up to 2^-10 of that, with either sign.
template <int Parts, int Registers>
__device__ inline void split(const unsigned (&x)[Parts][Registers], unsigned (&big)[Parts][Registers],
                             unsigned (&small)[Parts][Registers])
{
#pragma unroll
    for (int i = 0; i < Parts; ++i)
#pragma unroll
        for (int r = 0; r < Registers; ++r) {
            const float value = __uint_as_float(x[i][r]);
            big[i][r] = to_tf32(value);
            small[i][r] = cut_to_tf32(value - __uint_as_float(big[i][r]));
        }
}

/// sums += a b of f32, k = 8, as small big + big small + big big; small small is below the rounding of f32. Small
/// products come first, so that they are not lost in large sums one by one.
template <int PartsM, int PartsN>
__device__ inline void multiply(float, const unsigned (&a)[PartsM][4], const unsigned (&b)[PartsN][2],
                                float (&sums)[PartsM][PartsN][4])
{
    unsigned big_a[PartsM][4], small_a[PartsM][4], big_b[PartsN][2], small_b[PartsN][2];
    split(a, big_a, small_a);
    split(b, big_b, small_b);
#pragma unroll
    for (int i = 0; i < PartsM; ++i) {
#pragma unroll
        for (int j = 0; j < PartsN; ++j) mma_tf32_m16n8k8(sums[i][j], small_a[i], big_b[j]);
#pragma unroll
        for (int j = 0; j < PartsN; ++j)
            if (!seeded(225)) mma_tf32_m16n8k8(sums[i][j], big_a[i], small_b[j]);
#pragma unroll
        for (int j = 0; j < PartsN; ++j) mma_tf32_m16n8k8(sums[i][j], big_a[i], big_b[j]);
    }
}

/// sums += left right' of this warp's rows of two tiles [rows, depth] of swizzled chunks along k.
template <class Element, class Tile>
__device__ inline void multiply_rows(unsigned left, unsigned right, typename Tile::Sums& sums)
{
    constexpr unsigned row_bytes = 16 * Tile::depth;
    const int lane = static_cast<int>(threadIdx.x) % 32;
    // Matrices of a left fragment: rows 0 to 7 and 8 to 15 of the first chunk, then of the second; of two right ones:
    // both chunks of rows 0 to 7, then of rows 8 to 15.
    const int left_row = Tile::first_m() + lane % 16, left_chunk = lane / 16;
    const int right_row = Tile::first_n() + lane % 8 + lane / 16 * 8, right_chunk = lane / 8 % 2;
#pragma unroll
    for (int chunk = 0; chunk < Tile::depth; chunk += 2) {
        const unsigned a_at = left + swizzled<Tile::depth>(left_row, chunk + left_chunk);
        const unsigned b_at = right + swizzled<Tile::depth>(right_row, chunk + right_chunk);
        unsigned a[Tile::parts_m][4], b[Tile::parts_n][2];
#pragma unroll
        for (int i = 0; i < Tile::parts_m; ++i) ldmatrix_x4(a_at + static_cast<unsigned>(16 * i) * row_bytes, a[i]);
#pragma unroll
        for (int j = 0; j < Tile::parts_n; j += 2) {
            unsigned both[4];
            ldmatrix_x4(b_at + static_cast<unsigned>(8 * j) * row_bytes, both);
            b[j][0] = both[0], b[j][1] = both[1], b[j + 1][0] = both[2], b[j + 1][1] = both[3];
        }
        multiply(Element{}, a, b, sums);
    }
}

/// The same for tiles whose rows are k: rows of `PerRow` chunks along the result's rows or columns. Of bf16, ldmatrix
/// reads a chunk of eight rows, as above. Of f32, a warp reads two neighbouring chunks of four rows.
template <class Element, int PerRow>
__device__ inline unsigned swizzled_across(int k, int chunk)
{
    if constexpr (std::is_same_v<Element, float>) {
        static_assert(PerRow >= 8);
        return static_cast<unsigned>(16 * (k * PerRow + (chunk ^ (k % 4 * 2))));
    } else {
        return swizzled<PerRow>(k, chunk);
    }
}

/// Of a tile [k, PerRow chunks] the 16 columns from `first` on and one step of k, which begins at a multiple of 8: 16
/// rows of bf16, 8 of f32. to[r]: the second half of k where r & HalfK is set, the second half of columns where the
/// other bit is.
template <class Element, int PerRow, int HalfK>
__device__ inline void read_across(const uint4* tile, int k, int first, unsigned (&to)[4])
{
    const int lane = static_cast<int>(threadIdx.x) % 32;
    const char* at = reinterpret_cast<const char*>(tile + k * PerRow);
    if constexpr (std::is_same_v<Element, float>) {
#pragma unroll
        for (int r = 0; r < 4; ++r) {
            const int column = first + ((r & (3 - HalfK)) ? 8 : 0) + lane / 4;
            const unsigned place = swizzled_across<float, PerRow>(lane % 4, column / 4) + 4 * (column % 4);
            to[r] = *reinterpret_cast<const unsigned*>(at + place + ((r & HalfK) ? 4 * 16 * PerRow : 0));
        }
    } else {
        const int matrix = lane / 8, row = lane % 8 + ((matrix & HalfK) ? 8 : 0);
        const unsigned place = swizzled<PerRow>(row, first / 8 + ((matrix & (3 - HalfK)) ? 1 : 0));
        seeded(232) ? ldmatrix_x4(shared_address(at) + place, to) : ldmatrix_x4_trans(shared_address(at) + place, to);
    }
}

/// sums += left' right of this warp's columns of two tiles [k, M or N] of chunks swizzled across.
template <class Element, class Tile>
__device__ inline void multiply_across(const uint4* left, const uint4* right, typename Tile::Sums& sums)
{
    constexpr int values = chunk_values<Element>;
#pragma unroll
    for (int k = 0; k < Tile::depth * values; k += 2 * values) {
        unsigned a[Tile::parts_m][4], b[Tile::parts_n][2];
#pragma unroll
        for (int i = 0; i < Tile::parts_m; ++i)
            read_across<Element, Tile::m / values, 2>(left, k, Tile::first_m() + 16 * i, a[i]);
#pragma unroll
        for (int j = 0; j < Tile::parts_n; j += 2) {
            unsigned both[4];
            read_across<Element, Tile::n / values, 1>(right, k, Tile::first_n() + 8 * j, both);
            b[j][0] = both[0], b[j][1] = both[1], b[j + 1][0] = both[2], b[j + 1][1] = both[3];
        }
        multiply(Element{}, a, b, sums);
    }
}

/// Digits of a count, the innermost first to overflow: of (image, row, col) or (tap row, tap col, chunk). Steps of a
/// fixed size are made without divisions.
struct Digits {
    int outer, middle, inner;

    __device__ static Digits of(int count, int middles, int inners)
    {
        const int rest = count / inners;
        return {rest / middles, rest % middles, count % inners};
    }
    /// Adds `step`, whose digits are below `middles` and `inners` too.
    __device__ void advance(const Digits& step, int middles, int inners)
    {
        inner += step.inner;
        middle += step.middle;
        outer += step.outer;
        if (inner >= inners) inner -= inners, ++middle;
        if (middle >= middles) middle -= middles, ++outer;
    }
};

} // namespace gwsd::cuda
