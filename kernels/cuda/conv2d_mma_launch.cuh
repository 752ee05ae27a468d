#pragma once

// Launches of the products for one kind of element; which tile a problem gets.

#include <algorithm>

#include "conv2d_mma_convolve.cuh"
#include "conv2d_mma_pixels.cuh"
#include "conv2d_mma_weight.cuh"

namespace gwsd::cuda {

/// Sums over all blocks of a grid that keep every multiprocessor of a large GPU busy; below that, smaller tiles win.
constexpr unsigned enough_blocks = 128;

/// Shared memory beyond 48 KB is to be asked for, once.
template <class Kernel>
void allow_shared_memory(Kernel* kernel, int bytes)
{
    if (bytes > 48 * 1024)
        check(cudaFuncSetAttribute(kernel, cudaFuncAttributeMaxDynamicSharedMemorySize, bytes),
              "shared memory of a convolution");
}

template <class Element, bool Backward, class Tile, class Result>
void launch_pixels(const Conv2dShape& s, int chunks, int channels, const uint4* source, const uint4* weights,
                   kernels::Conv2dInto<float> into, Result* result)
{
    constexpr int stages = Tile::stages * (Tile::m + Tile::n) * Tile::depth * 16,
                  sums = Tile::m * sum_stride<Tile> * static_cast<int>(sizeof(float)),
                  bytes = stages > sums ? stages : sums;
    static_assert(bytes <= 99 * 1024);
    const auto kernel = pixels_kernel<Element, Result, Tile, Backward>;
    allow_shared_memory(kernel, bytes);
    const auto shared_by = [&](int extent) { return Backward ? (extent + s.stride - 1) / s.stride : extent; };
    const Index pixels =
        Backward ? static_cast<Index>(s.batch) * shared_by(s.rows) * shared_by(s.cols) : s.out_pixels();
    const unsigned phases = Backward ? static_cast<unsigned>(s.stride * s.stride) : 1;
    const unsigned blocks_m = blocks_for(pixels, Tile::m), blocks_n = blocks_for(channels, Tile::n);
    const bool vectors = channels % 4 == 0 && aligned(result) && (!into.bias || aligned(into.bias));
    kernel<<<phases * blocks_m * blocks_n, Tile::threads, bytes, stream()>>>(s, chunks, channels, blocks_n, blocks_m,
                                                                             source, weights, into, vectors, result);
    check_launch(Backward ? "conv2d, gradient of the input, on tensor cores" : "conv2d on tensor cores");
}

/// source is [pixels, chunks], weights [channels, taps, chunks].
template <class Element, bool Backward, class Result>
void convolve_pixels(const Conv2dShape& s, int chunks, int channels, const uint4* source, const uint4* weights,
                     kernels::Conv2dInto<float> into, BlockTile tile, Result* result)
{
    using Large = MmaTile<128, 128, 2, 4, 4>;
    using Medium = MmaTile<128, 64, 2, 2, 4>;
    using Small = MmaTile<64, 32, 2, 2, 4>;
    const Index pixels = Backward ? static_cast<Index>(s.batch) * s.rows * s.cols : s.out_pixels();
    if (pixels == 0 || channels == 0) return;
    if (tile == BlockTile::automatic) {
        const unsigned blocks_m = blocks_for(pixels, 128);
        tile = channels >= 128 && blocks_m * blocks_for(channels, 128) >= enough_blocks ? BlockTile::large
               : channels > 32 && blocks_m * blocks_for(channels, 64) >= enough_blocks  ? BlockTile::medium
                                                                                        : BlockTile::small;
    }
    if (tile == BlockTile::large)
        launch_pixels<Element, Backward, Large>(s, chunks, channels, source, weights, into, result);
    else if (tile == BlockTile::medium)
        launch_pixels<Element, Backward, Medium>(s, chunks, channels, source, weights, into, result);
    else
        launch_pixels<Element, Backward, Small>(s, chunks, channels, source, weights, into, result);
}

template <class Element, class Tile>
void launch_weight(const Conv2dShape& s, int in, int out, const uint4* x, const uint4* grad_y, float* grad_w)
{
    constexpr int bytes = Tile::stages * (Tile::m + Tile::n) * Tile::depth * 16,
                  tile_pixels = Tile::depth * chunk_values<Element>;
    static_assert(bytes <= 99 * 1024);
    const auto kernel = weight_kernel<Element, Tile>;
    allow_shared_memory(kernel, bytes);
    const int columns = s.taps() * static_cast<int>(padded<Element>(in));
    const unsigned blocks_m = blocks_for(out, Tile::m), blocks_n = blocks_for(columns, Tile::n);
    // As many ranges of pixels as make twice enough blocks, but none of less than four tiles.
    const Index tiles = (s.out_pixels() + tile_pixels - 1) / tile_pixels;
    const Index wanted = 1 + (2 * enough_blocks - 1) / (blocks_m * blocks_n);
    const Index range = std::max<Index>(4, (tiles + wanted - 1) / wanted) * tile_pixels;
    const unsigned ranges = blocks_for(s.out_pixels(), range);

    const Scratch<float> partial(static_cast<Index>(ranges) * out * columns, "conv2d, gradient of the weights");
    kernel<<<blocks_n * blocks_m * ranges, Tile::threads, bytes, stream()>>>(
        s, chunks_of<Element>(in), chunks_of<Element>(out), out, columns, blocks_n, blocks_m, static_cast<int>(range),
        x, grad_y, partial.data());
    check_launch("conv2d, gradient of the weights, on tensor cores");
    add_partial(static_cast<Index>(out) * s.taps(), in, static_cast<int>(padded<Element>(in)), static_cast<int>(ranges),
                partial.data(), grad_w);
}

/// x is [pixels, chunks], grad_y [out_pixels, chunks].
template <class Element>
void convolve_weight(const Conv2dShape& s, int in, int out, const uint4* x, const uint4* grad_y, BlockTile tile,
                     float* grad_w)
{
    using Large = MmaTile<128, 64, 2, 2, 4>;
    using Medium = MmaTile<64, 64, 2, 2, 4>;
    using Small = MmaTile<32, 32, 2, 2, 4>;
    if (s.out_pixels() == 0 || static_cast<Index>(s.taps()) * in * out == 0) return;
    if (tile == BlockTile::automatic)
        tile = out > 64 ? BlockTile::large : out > 32 ? BlockTile::medium : BlockTile::small;
    if (tile == BlockTile::large)
        launch_weight<Element, Large>(s, in, out, x, grad_y, grad_w);
    else if (tile == BlockTile::medium)
        launch_weight<Element, Medium>(s, in, out, x, grad_y, grad_w);
    else
        launch_weight<Element, Small>(s, in, out, x, grad_y, grad_w);
}

template <class Element, class From, class Result>
void forward(TensorView<const From, 4> x, TensorView<const From, 4> w, kernels::Conv2dOptions o,
             kernels::Conv2dInto<float> into, TensorView<Result, 4> y, BlockTile tile)
{
    const Conv2dShape shape(x, w, y, o);
    const Index in = x.extent(3), out = y.extent(3);
    const Operand<Element> source(shape.in_pixels(), in, x.data), weights(out * shape.taps(), in, w.data);
    convolve_pixels<Element, false>(shape, chunks_of<Element>(in), static_cast<int>(out), source.chunks(),
                                    weights.chunks(), into, tile, y.data);
}

template <class Element, class From, class Result>
void backward_input(TensorView<const From, 4> grad_y, TensorView<const From, 4> w, kernels::Conv2dOptions o,
                    kernels::Conv2dInto<float> into, TensorView<Result, 4> grad_x, BlockTile tile)
{
    const Conv2dShape shape(grad_x, w, grad_y, o);
    const Index in = grad_x.extent(3), out = grad_y.extent(3);
    const Operand<Element> source(shape.out_pixels(), out, grad_y.data), weights(out, shape.taps(), in, w.data);
    convolve_pixels<Element, true>(shape, chunks_of<Element>(out), static_cast<int>(in), source.chunks(),
                                   weights.chunks(), into, tile, grad_x.data);
}

template <class Element, class From>
void backward_weight(TensorView<const From, 4> x, TensorView<const From, 4> grad_y, kernels::Conv2dOptions o,
                     TensorView<float, 4> grad_w, BlockTile tile)
{
    const Conv2dShape shape(x, grad_w, grad_y, o);
    const Index in = x.extent(3), out = grad_y.extent(3);
    const Operand<Element> right(shape.in_pixels(), in, x.data), left(shape.out_pixels(), out, grad_y.data);
    convolve_weight<Element>(shape, static_cast<int>(in), static_cast<int>(out), right.chunks(), left.chunks(), tile,
                             grad_w.data);
}

} // namespace gwsd::cuda
