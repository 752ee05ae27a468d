#pragma once

// Which tiles a convolution on the device takes. The choice depends on shapes only, never on the device, so that the
// same job gives the same bits everywhere; tests call the functions below with choices of their own.

#include <algorithm>

#include "gwsd/kernels/conv2d_cuda.hpp"

namespace gwsd::kernels {

/// Pixels by channels of a block: large 128 x 128, medium 128 x 64, small 64 x 64, narrow 256 x 8. For gradients of
/// weights, output channels by weights of one: 128 x 128, 64 x 128, 64 x 64, 8 x 128. f64, and channels that do not
/// suit wide loads, have the last two only.
enum class ConvTile { large, medium, small, narrow };

/// Fewer blocks than this leave multiprocessors of a large GPU idle.
inline constexpr Index enough_blocks = 128;

inline Index tiles_of(Index length, Index tile) { return (length + tile - 1) / tile; }

/// For `channels` results of each of `pixels` pixels.
inline ConvTile choose_tile(Index pixels, Index channels)
{
    if (channels <= 16) return ConvTile::narrow;
    if (channels > 64 && tiles_of(pixels, 128) * tiles_of(channels, 128) >= enough_blocks) return ConvTile::large;
    if (tiles_of(pixels, 128) * tiles_of(channels, 64) >= enough_blocks) return ConvTile::medium;
    return ConvTile::small;
}

/// For the gradient of [out, width] weights: the pixels are split into so many parts, summed by different blocks.
struct WeightTiles {
    ConvTile tile;
    Index splits;
};

/// Parts give each multiprocessor some blocks, but are not shorter than 256 pixels.
inline WeightTiles choose_weight_tiles(Index pixels, Index out, Index width)
{
    const ConvTile tile = out <= 8      ? ConvTile::narrow
                          : width <= 64 ? ConvTile::small
                          : out <= 64   ? ConvTile::medium
                                        : ConvTile::large;
    const Index rows = tile == ConvTile::narrow ? 8 : tile == ConvTile::large ? 128 : 64;
    const Index cols = tile == ConvTile::small ? 64 : 128;
    const Index splits = tiles_of(4 * enough_blocks, std::max<Index>(1, tiles_of(out, rows) * tiles_of(width, cols)));
    return {tile, std::clamp<Index>(splits, 1, std::max<Index>(1, tiles_of(pixels, 256)))};
}

template <class T>
void conv2d_forward_with(ConvTile tile, TensorView<const T, 4> x, TensorView<const T, 4> w, Conv2dOptions o,
                         TensorView<T, 4> y, Conv2dInto<T> into);

template <class T>
void conv2d_backward_input_with(ConvTile tile, TensorView<const T, 4> grad_y, TensorView<const T, 4> w, Conv2dOptions o,
                                TensorView<T, 4> grad_x, Conv2dInto<T> into);

template <class T>
void conv2d_backward_weight_with(WeightTiles tiles, TensorView<const T, 4> x, TensorView<const T, 4> grad_y,
                                 Conv2dOptions o, TensorView<T, 4> grad_w);

} // namespace gwsd::kernels
