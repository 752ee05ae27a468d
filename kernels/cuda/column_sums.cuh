#pragma once

// Sums over the pixels of each sample and channel, the same bits on every run: first over chunks of pixels, a block
// each, then over the chunks.

#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::cuda {

/// A sum in about twice the precision of T = float, by float arithmetic alone, since doubles are slow on many devices:
/// the rounding error of each addition is found exactly (Knuth's two-sum) and added up.
template <class T>
struct PairSum {
    T high = 0, low = 0;
    __device__ void add(T x)
    {
        const T sum = __fadd_rn(high, x), part = sum - high; // not fused with a product that x may be
        low += (high - (sum - part)) + __fsub_rn(x, part);
        high = sum;
    }
    /// The product's own rounding error counts as well.
    __device__ void add_product(T x, T y)
    {
        const T product = __fmul_rn(x, y);
        low += fmaf(x, y, -product);
        add(product);
    }
    __device__ double value() const { return static_cast<double>(high) + static_cast<double>(low); }
};
template <>
struct PairSum<double> {
    double high = 0;
    __device__ void add(double x) { high += x; }
    __device__ void add_product(double x, double y) { high += x * y; }
    __device__ double value() const { return high; }
};

struct ColumnShape {
    Index samples, pixels, channels, chunk, chunks; ///< `chunk` pixels, `chunks` a sample
};

/// Chunks of 256 pixels, larger ones for images of more than a million.
inline ColumnShape column_shape(Index samples, Index pixels, Index channels)
{
    const Index most = 4096, chunk = pixels > 256 * most ? (pixels + most - 1) / most : 256;
    return {samples, pixels, channels, chunk, (pixels + chunk - 1) / chunk};
}

/// One block a chunk of pixels, threads [pixels, packs of channels]: partial [samples, chunks, Sums, channels].
/// term.at(sample, channel) gives a function that adds a pixel's pack to sums [Sums][N].
template <class T, int N, int Sums, class Term>
__global__ void __launch_bounds__(block_threads) chunk_sums_kernel(ColumnShape n, Term term, double* partial)
{
    __shared__ double shared[Sums * N][block_threads];
    const auto chunks = static_cast<unsigned>(n.chunks);
    const Index part = blockIdx.x, sample = blockIdx.x / chunks, first = blockIdx.x % chunks * n.chunk,
                channel = pack_here() * N;
    const Index last = first + n.chunk < n.pixels ? first + n.chunk : n.pixels;
    const bool inside = channel < n.channels;
    PairSum<T> sums[Sums][N];
    if (inside) {
        const auto add = term.at(sample, channel);
        const Index end = seeded(304) ? last - static_cast<unsigned>(last) % blockDim.y : last;
        for (Index p = first + threadIdx.y; p < end; p += blockDim.y) add((sample * n.pixels + p) * n.channels, sums);
    }
    const unsigned thread = threadIdx.y * blockDim.x + threadIdx.x;
#pragma unroll
    for (int i = 0; i < Sums * N; ++i) shared[i][thread] = sums[i / N][i % N].value();
    // The upper half of the rows is added to the lower one, until one is left.
    for (unsigned rows = blockDim.y; rows > 1;) {
        if (!seeded(303)) __syncthreads();
        const unsigned half = (rows + 1) / 2;
        if (threadIdx.y + half < rows)
#pragma unroll
            for (int i = 0; i < Sums * N; ++i) shared[i][thread] += shared[i][thread + half * blockDim.x];
        rows = half;
    }
    // Row 0 holds what its own threads wrote.
    if (threadIdx.y > 0 || !inside) return;
#pragma unroll
    for (int i = 0; i < Sums * N; ++i)
        partial[(part * Sums + i / N) * n.channels + channel + i % N] = shared[i][thread];
}

inline constexpr int total_columns = 32, total_rows = 16;

/// Threads [chunks, columns] for 32 of a sample's Sums * channels columns: totals [samples, columns].
static __global__ void __launch_bounds__(total_columns* total_rows)
    chunk_totals_kernel(Index chunks, Index columns, const double* partial, double* totals)
{
    __shared__ double shared[total_rows][total_columns];
    const Index column = static_cast<Index>(blockIdx.y) * total_columns + threadIdx.x,
                sample = static_cast<Index>(blockIdx.x);
    double sum = 0;
    if (column < columns)
        for (Index k = threadIdx.y; k < chunks; k += total_rows)
            sum += partial[(sample * chunks + k) * columns + column];
    shared[threadIdx.y][threadIdx.x] = sum;
    for (unsigned half = total_rows / 2; half > 0; half /= 2) {
        __syncthreads();
        if (threadIdx.y < half) shared[threadIdx.y][threadIdx.x] += shared[threadIdx.y + half][threadIdx.x];
    }
    if (threadIdx.y == 0 && column < columns) totals[sample * columns + column] = shared[0][threadIdx.x];
}

/// totals [samples, Sums, channels] of what `term` adds; `name` is the operation's.
template <class T, int N, int Sums, class Term>
void column_sums(const char* name, const ColumnShape& n, const Term& term, double* totals)
{
    const Index packs = n.channels / N, columns = Sums * n.channels;
    const Scratch<double> partial(n.samples * n.chunks * columns, name);
    const auto x = static_cast<unsigned>(packs < block_threads ? packs : block_threads);
    const dim3 grid(static_cast<unsigned>(n.samples * n.chunks), blocks_for(packs, x)), block(x, block_threads / x);
    chunk_sums_kernel<T, N, Sums><<<grid, block, 0, stream()>>>(n, term, partial.data());
    check_launch(name);
    chunk_totals_kernel<<<dim3(static_cast<unsigned>(n.samples), blocks_for(columns, total_columns)),
                          dim3(total_columns, total_rows), 0, stream()>>>(n.chunks, columns, partial.data(), totals);
    check_launch(name);
}

} // namespace gwsd::cuda
