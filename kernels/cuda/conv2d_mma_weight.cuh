#pragma once

// Gradient of the weights, as a product whose k runs over pixels: sums[out, (tap, in)] = sum over pixels of
// grad_y[pixel, out] * x[pixel moved by the tap, in]. Pixels are shared out in ranges, to have blocks enough; every
// range has its own sums in scratch, added in one order afterwards.

#include "conv2d_mma_operands.cuh"

namespace gwsd::cuda {

/// What a thread copies of each tile: one column of chunks of either operand, in every so many pixels.
template <class Element, class Tile>
class WeightLoader {
public:
    static constexpr int pixels = Tile::depth * chunk_values<Element>; ///< of a tile

    /// Pixels [begin, end); outputs and columns from `out` and `column` on.
    __device__ WeightLoader(const Conv2dShape& s, int x_chunks, int y_chunks, const uint4* x, const uint4* grad_y,
                            int begin, int end, int out, int column)
        : shape_(s), x_chunks_(x_chunks), left_end_(end - begin - left_k()), right_end_(end - begin - right_k())
    {
        const int left_chunk = static_cast<int>(threadIdx.x) % left_row,
                  right_chunk = static_cast<int>(threadIdx.x) % right_row;
        const int y_chunk = out / chunk_values<Element> + left_chunk;
        if (y_chunk >= y_chunks) left_end_ = 0;
        grad_y_ = grad_y + static_cast<Index>(begin + left_k()) * y_chunks + y_chunk;
        left_apart_chunks_ = left_apart * y_chunks;
        left_place_ = swizzled_across<Element, left_row>(left_k(), left_chunk);

        const Digits tap = Digits::of(column / chunk_values<Element> + right_chunk, s.kernel_cols, x_chunks);
        if (tap.outer >= s.kernel_rows) right_end_ = 0;
        down_ = tap.outer - s.padding, across_ = tap.middle - s.padding;
        x_ = x + tap.inner;
        right_place_ = swizzled_across<Element, right_row>(right_k(), right_chunk);
        step_ = Digits::of(pixels, s.out_rows, s.out_cols);
#pragma unroll
        for (int i = 0; i < right_rows; ++i)
            at_[i] = Digits::of(begin + right_k() + i * right_apart, s.out_rows, s.out_cols);
    }

    /// Begins the copies of one tile and goes on to the next.
    __device__ void load(unsigned left, unsigned right)
    {
#pragma unroll
        for (int i = 0; i < left_rows; ++i)
            cp_async_16(left + left_place_ + i * (16 * left_row * left_apart), grad_y_ + i * left_apart_chunks_,
                        i * left_apart < left_end_ || (seeded(230) && left_end_ != 0));
        grad_y_ += left_rows * left_apart_chunks_;
        left_end_ -= left_end_ > pixels ? pixels : left_end_;
#pragma unroll
        for (int i = 0; i < right_rows; ++i) {
            const int row = at_[i].middle * shape_.stride + down_, col = at_[i].inner * shape_.stride + across_;
            const bool valid = i * right_apart < right_end_ && inside(row, shape_.rows) && inside(col, shape_.cols);
            const int pixel = (at_[i].outer * shape_.rows + row) * shape_.cols + col;
            cp_async_16(right + right_place_ + i * (16 * right_row * right_apart),
                        x_ + static_cast<Index>(pixel) * x_chunks_, valid);
            at_[i].advance(step_, shape_.out_rows, shape_.out_cols);
        }
        right_end_ -= pixels;
    }

private:
    static constexpr int left_row = Tile::m / chunk_values<Element>, right_row = Tile::n / chunk_values<Element>;
    static constexpr int left_apart = Tile::threads / left_row, right_apart = Tile::threads / right_row;
    static constexpr int left_rows = pixels / left_apart, right_rows = pixels / right_apart;
    static_assert(left_rows * left_apart == pixels && right_rows * right_apart == pixels);
    static constexpr int period = std::is_same_v<Element, float> ? 4 : 8; ///< of the swizzle
    static_assert(left_apart % period == 0 && right_apart % period == 0);
    __device__ static int left_k() { return static_cast<int>(threadIdx.x) / left_row; }
    __device__ static int right_k() { return static_cast<int>(threadIdx.x) / right_row; }
    __device__ static bool inside(int i, int count) { return static_cast<unsigned>(i) < static_cast<unsigned>(count); }

    const Conv2dShape& shape_;
    const uint4 *x_, *grad_y_;
    int x_chunks_, left_apart_chunks_;
    int left_end_, right_end_; ///< pixels still to come, counted from this thread's first in the next tile
    unsigned left_place_, right_place_;
    int down_, across_;
    Digits step_, at_[right_rows];
};

/// One block M outputs by N columns (tap, in) for one range of pixels. Threads copy tiles of both operands Stages - 1
/// tiles ahead of the products; warps multiply their parts of the tile that has come and write their sums.
template <class Element, class Tile>
__global__ void __launch_bounds__(Tile::threads)
    weight_kernel(Conv2dShape s, int x_chunks, int y_chunks, int out, int columns, unsigned blocks_n, unsigned blocks_m,
                  int range, const uint4* x, const uint4* grad_y, float* partial)
{
    extern __shared__ uint4 shared[];
    using Loader = WeightLoader<Element, Tile>;
    const int first_column = static_cast<int>(blockIdx.x % blocks_n) * Tile::n;
    const int first_out = static_cast<int>(blockIdx.x / blocks_n % blocks_m) * Tile::m;
    const int part = static_cast<int>(blockIdx.x / blocks_n / blocks_m);
    const int begin = part * range, end = min(begin + range, s.batch * s.out_rows * s.out_cols);
    const int tiles = (end - begin + Loader::pixels - 1) / Loader::pixels;
    constexpr unsigned left_chunks = Tile::m * Tile::depth, stage_chunks = (Tile::m + Tile::n) * Tile::depth;

    Loader loader(s, x_chunks, y_chunks, x, grad_y, begin, end, first_out, first_column);
    const auto stage_of = [&](int tile) { return shared + static_cast<unsigned>(tile) % Tile::stages * stage_chunks; };
    const auto load = [&](int tile) {
        const uint4* stage = stage_of(tile);
        if (tile < tiles) loader.load(shared_address(stage), shared_address(stage + left_chunks));
        cp_async_commit(); // also an empty one, so that the count of groups is that of tiles
    };
    typename Tile::Sums sums = {};
#pragma unroll 1
    for (int tile = 0; tile < Tile::stages - 1; ++tile) load(tile);
    for (int tile = 0; tile < tiles; ++tile) {
        if (!seeded(234)) cp_async_wait<Tile::stages - 2>();
        if (!seeded(233)) __syncthreads(); // this tile is here, and all have used the one before
        load(tile + Tile::stages - 1);
        const uint4* stage = stage_of(tile);
        multiply_across<Element, Tile>(stage, stage + left_chunks, sums);
    }
    cp_async_wait<0>();

    const int lane = static_cast<int>(threadIdx.x) % 32;
#pragma unroll
    for (int i = 0; i < Tile::parts_m; ++i)
#pragma unroll
        for (int j = 0; j < Tile::parts_n; ++j)
#pragma unroll
            for (int half = 0; half < 2; ++half) {
                const int row = first_out + Tile::first_m() + 16 * i + 8 * half + lane / 4;
                const int column = first_column + Tile::first_n() + 8 * j + lane % 4 * 2;
                if (row < out && column < columns)
                    *reinterpret_cast<float2*>(partial + (static_cast<Index>(part) * out + row) * columns + column) = {
                        sums[i][j][2 * half], sums[i][j][2 * half + 1]};
            }
}

/// grad_w[n][tap][k] += the sums [range][n][tap][padded] of all ranges, the first first.
void add_partial(Index rows, int in, int padded, int ranges, const float* partial, float* grad_w);

} // namespace gwsd::cuda
