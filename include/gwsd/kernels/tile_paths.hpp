#pragma once

// Convolution on matrix tiles (AMX): a tile product takes 16 rows of 32 bf16 values and 32 rows of 16, and adds to 16 x
// 16 sums in f32. A float is split into a high bf16 part and, for f32-grade results, the low part that is left; then
// y = high high + high low + low high, and what is left out is of the order of 2^-16.

#include <cstdint>

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// Both parts of the same values; `low` is null where only bf16 is asked for.
template <class Pointer>
struct Parts {
    Pointer high = nullptr, low = nullptr;
};
using SplitTo = Parts<std::uint16_t*>;
using SplitFrom = Parts<const std::uint16_t*>;

namespace tile {
inline constexpr Index side = 16;            ///< rows and columns of sums
inline constexpr Index depth = 32;           ///< values summed by one product
inline constexpr Index panel = side * depth; ///< values of a packed right operand
inline constexpr Index steps(Index values) { return (values + depth - 1) / depth; }
inline constexpr Index tiles(Index values) { return (values + side - 1) / side; }
} // namespace tile

/// As ConvBand, with input rows of bf16. A read of a row goes up to the whole tile: 15 pixels and 31 values too far.
struct TileBand {
    Index rows, pixels, out;
    Index kernel_rows, run;
    Parts<const std::uint16_t* const*> inputs;
    Index row_stride, pixel_stride;
    SplitFrom weights; ///< [tile of out][kernel_row][step of run][panel]
    const float* bias;
    bool add;
    float* y;
    Index y_row, y_stride;
};

/// A gradient of weights, summed over some rows of output, each cut into steps of 32 pixels:
///   sum[i, j, c, o] += sum over l, p of inputs[l row_stride + i][j mod phases][c][p + j / phases] * grad[l, p, o]
/// with `in` and `out` rounded up to whole tiles. An input row that is null is left out.
struct TileWeightBand {
    Index rows, steps, in, out;
    Index kernel_rows, kernel_cols;
    Parts<const std::uint16_t* const*> inputs; ///< rows [phase][in][pitch]
    Index row_stride, phases, pitch;
    SplitFrom grad; ///< [row][tile of out][step][panel]
    float* sum;
};

/// Tile kernels of one kind of processor.
struct TilePaths {
    const char* name;
    /// The parts of n values.
    void (*split)(Index n, const float* x, SplitTo to);
    /// b(k, n) = b[k k_stride + n n_stride], k < depth, n < cols <= 16, as panels [step][16 pairs of k][16 n][2], zero
    /// beyond depth and cols.
    void (*pack)(Index depth, Index cols, const float* b, Index k_stride, Index n_stride, SplitTo to);
    /// to[c pitch + p] = x[p pixel_stride + c] for p < pixels, c < channels.
    void (*transpose)(Index pixels, Index channels, const float* x, Index pixel_stride, SplitTo to, Index pitch);
    void (*conv_band)(const TileBand& band);
    void (*conv_weight_band)(const TileWeightBand& band);
};

} // namespace gwsd::kernels
