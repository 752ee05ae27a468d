#pragma once

// Forward pass and gradient of the input, as products whose rows are pixels of the result and whose k runs over (tap,
// channel of the source): sums[pixel, channel] = sum over k of source[pixel moved by the tap, k] * weights[channel, k].

#include "conv2d_mma_operands.cuh"
#include "conv2d_mma_result.cuh"

namespace gwsd::cuda {

/// Where the rows of a product come from. The source pixel of tap (u, v) of row (b, r, c) is
/// (b, first_row + scale r + step u, first_col + scale c + step v), zero outside the source.
struct PixelForm {
    ResultPixels result;
    int source_rows, source_cols, first_row, first_col, scale, step;
    int tap_rows, tap_cols, first_tap, tap_row_stride, tap_col_stride; ///< of the taps used among those of the weights

    __device__ static PixelForm forward(const Conv2dShape& s)
    {
        return {{s.out_rows, s.out_cols, s.out_rows, s.out_cols, 1, 0, 0},
                s.rows,
                s.cols,
                -s.padding,
                -s.padding,
                s.stride,
                1,
                s.kernel_rows,
                s.kernel_cols,
                0,
                s.kernel_cols,
                1};
    }
    /// Of the pixels of x whose row and column leave remainders `phase` / stride and `phase` % stride: only every
    /// stride-th tap reaches them, and for these the gradient is a convolution of stride 1 over grad_y, backwards.
    __device__ static PixelForm backward(const Conv2dShape& s, int phase)
    {
        const int row = phase / s.stride, col = phase % s.stride;
        const int i = (row + s.padding) % s.stride, j = (col + s.padding) % s.stride;
        const auto count = [&](int all, int first) { return all > first ? (all - first - 1) / s.stride + 1 : 0; };
        return {{count(s.rows, row), count(s.cols, col), s.rows, s.cols, s.stride, row, col},
                s.out_rows,
                s.out_cols,
                (row + s.padding) / s.stride,
                (col + s.padding) / s.stride,
                1,
                -1,
                count(s.kernel_rows, i),
                count(s.kernel_cols, j),
                i * s.kernel_cols + (seeded(231) ? 0 : j),
                s.stride * s.kernel_cols,
                s.stride};
    }
};

/// What a thread copies of each tile: one column of chunks along k, in every so many rows of both operands.
template <class Tile>
class PixelLoader {
public:
    /// `pixel` and `channel` are the first of the block; `chunks` is the number of one pixel and of one tap.
    __device__ PixelLoader(const PixelForm& form, int batch, int chunks, int channels, int taps, const uint4* source,
                           const uint4* weights, int pixel, int channel)
        : form_(form), chunks_(chunks)
    {
        const int chunk = static_cast<int>(threadIdx.x) % Tile::depth,
                  row = static_cast<int>(threadIdx.x) / Tile::depth;
        place_ = swizzled<Tile::depth>(row, chunk);
        k_ = Digits::of(chunk, form.tap_cols, chunks);
        step_ = Digits::of(Tile::depth, form.tap_cols, chunks);
        const ResultPixels& result = form.result;
#pragma unroll
        for (int i = 0; i < rows_m; ++i) {
            const int p = pixel + row + i * rows_apart;
            const Digits at = Digits::of(p, result.rows, result.cols);
            const int source_row = form.first_row + form.scale * at.middle;
            source_col_[i] = form.first_col + form.scale * at.inner;
            const Index place = static_cast<Index>(at.outer * form.source_rows + source_row) * form.source_cols;
            source_[i] = source + (place + source_col_[i]) * chunks;
            source_row_[i] = p < batch * result.rows * result.cols ? source_row : outside;
        }
#pragma unroll
        for (int i = 0; i < rows_n; ++i) {
            const int n = min(channel + row + i * rows_apart, channels - 1); // columns behind the last are not put
            weights_[i] = weights + static_cast<Index>(n) * taps * chunks;
        }
    }

    /// Begins the copies of one tile and goes on to the next.
    __device__ void load(unsigned left, unsigned right)
    {
        const bool tap = k_.outer < form_.tap_rows;
        const int down = form_.step * k_.outer, across = form_.step * k_.middle;
        const Index moved = static_cast<Index>(down * form_.source_cols + across) * chunks_ + k_.inner;
#pragma unroll
        for (int i = 0; i < rows_m; ++i) {
            const bool valid = tap && inside(source_row_[i] + down, form_.source_rows) &&
                               (seeded(224) || inside(source_col_[i] + across, form_.source_cols));
            cp_async_16(left + place_ + i * rows_bytes, source_[i] + moved, valid);
        }
        const int used = form_.first_tap + k_.outer * form_.tap_row_stride + k_.middle * form_.tap_col_stride;
        const Index offset = static_cast<Index>(used) * chunks_ + k_.inner;
#pragma unroll
        for (int i = 0; i < rows_n; ++i) cp_async_16(right + place_ + i * rows_bytes, weights_[i] + offset, tap);
        k_.advance(step_, form_.tap_cols, chunks_);
    }

private:
    static constexpr int rows_apart = Tile::threads / Tile::depth;
    static constexpr int rows_m = Tile::m / rows_apart, rows_n = Tile::n / rows_apart;
    static constexpr unsigned rows_bytes = 16 * Tile::depth * rows_apart; ///< eight rows leave the swizzle as it is
    static constexpr int outside = -(1 << 30);
    static_assert(Tile::m % rows_apart == 0 && Tile::n % rows_apart == 0 && rows_apart % 8 == 0);
    __device__ static bool inside(int i, int count) { return static_cast<unsigned>(i) < static_cast<unsigned>(count); }

    const PixelForm& form_;
    int chunks_;
    unsigned place_;
    Digits k_, step_;
    int source_row_[rows_m], source_col_[rows_m];
    const uint4 *source_[rows_m], *weights_[rows_n]; ///< at the first tap, perhaps outside the source
};

/// Blocks that a multiprocessor can hold at least: tells the compiler how many registers a thread may have. Parts of
/// f32 take twice the fragments.
template <class Element, class Tile>
constexpr int blocks_together = (Tile::m * Tile::n >= 128 * 128  ? 2
                                 : Tile::m * Tile::n >= 128 * 64 ? 3
                                                                 : 5) -
                                (std::is_same_v<Element, float> && Tile::m * Tile::n >= 128 * 64 ? 1 : 0);

/// One block M pixels by N channels of the result. Threads copy tiles of source and weights Stages - 1 tiles ahead of
/// the products; warps multiply their parts of the tile that has come, then write their sums by way of shared memory.
template <class Element, class Result, class Tile, bool Backward>
__global__ void __launch_bounds__(Tile::threads, blocks_together<Element, Tile>)
    pixels_kernel(Conv2dShape s, int chunks, int channels, unsigned blocks_n, unsigned blocks_m, const uint4* source,
                  const uint4* weights, kernels::Conv2dInto<float> into, bool vectors, Result* result)
{
    extern __shared__ uint4 shared[];
    const unsigned block_m = blockIdx.x / blocks_n;
    const int channel = static_cast<int>(blockIdx.x % blocks_n) * Tile::n;
    const int pixel = static_cast<int>(block_m % blocks_m) * Tile::m;
    const PixelForm form =
        Backward ? PixelForm::backward(s, static_cast<int>(block_m / blocks_m)) : PixelForm::forward(s);
    const int pixels = s.batch * form.result.rows * form.result.cols;
    if (pixel >= pixels) return; // a phase with fewer pixels than the first

    const int depth = form.tap_rows * form.tap_cols * chunks;
    const int tiles = seeded(223) ? depth / Tile::depth : (depth + Tile::depth - 1) / Tile::depth;
    constexpr unsigned left_bytes = 16 * Tile::m * Tile::depth, stage_bytes = 16 * (Tile::m + Tile::n) * Tile::depth;
    typename Tile::Sums sums = {};
    if (tiles > 0) {
        PixelLoader<Tile> loader(form, s.batch, chunks, channels, s.kernel_rows * s.kernel_cols, source, weights, pixel,
                                 channel);
        const auto stage_of = [&](int tile) {
            return shared_address(shared) + static_cast<unsigned>(tile) % Tile::stages * stage_bytes;
        };
        const auto load = [&](int tile) {
            const unsigned stage = stage_of(tile);
            if (tile < tiles) loader.load(stage, stage + left_bytes);
            cp_async_commit(); // also an empty one, so that the count of groups is that of tiles
        };
#pragma unroll 1
        for (int tile = 0; tile < Tile::stages - 1; ++tile) load(tile);
        for (int tile = 0; tile < tiles; ++tile) {
            if (!seeded(220)) cp_async_wait<Tile::stages - 2>();
            if (!seeded(221)) __syncthreads(); // this tile is here, and all have used the one before
            load(tile + Tile::stages - 1);
            const unsigned stage = stage_of(tile);
            multiply_rows<Element, Tile>(stage, stage + left_bytes, sums);
        }
        cp_async_wait<0>();
        __syncthreads();
    }
    put_sums<Tile>(sums, reinterpret_cast<float*>(shared), form.result, pixel, pixels, channel, channels, into, vectors,
                   result);
}

} // namespace gwsd::cuda
