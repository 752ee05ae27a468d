// The gradient with respect to w: grad_w[o, i, j, k] += sum over b, r, c of grad_y[b, r, c, o] x[b, r s - p + i, ...,
// k], a product whose k runs over the output pixels. These are many and the result is small, so ranges of pixels go to
// different blocks, and a second kernel adds their sums in order.

#include <type_traits>

#include "conv2d_host.cuh"
#include "conv2d_mma.hpp"
#include "conv2d_tiles.hpp"
#include "fast_divide.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "tile_product.cuh"

namespace gwsd::kernels {
namespace {

template <class T>
struct WeightGradient {
    const T *x, *grad_y; ///< [batch, rows, cols, in]; [batch, out_rows, out_cols, out]
    T* to;               ///< [splits, out, width], or grad_w if there is one split
    bool add, wide_target;
    int rows, cols, in, out_rows, out_cols, out, pixels;
    int kernel_cols, stride, padding, width; ///< width: weights of an output channel
    cuda::FastDivide by_cols, by_rows;       ///< of the output
    int pixels_each, m_blocks, n_blocks;
};

/// The left matrix: [output channel, pixel], for the thread's channel; zero from the end of the split on.
template <class T, int Width>
struct GradientSource {
    const T* first;
    int out, end;

    __device__ GradientSource(const WeightGradient<T>& g, int last, int channel)
        : first(g.grad_y + channel), out(g.out), end(channel < g.out ? last : 0)
    {
    }
    __device__ Pack<T, Width> operator()(int pixel) const
    {
        if (pixel >= end) return {};
        return *reinterpret_cast<const Pack<T, Width>*>(first + static_cast<Index>(pixel) * out);
    }
};

/// The right matrix: [pixel, weight]: the value of x that the thread's weight meets there.
template <class T, int Width>
struct InputSource {
    const WeightGradient<T>& g;
    int end, channel, row, col; ///< input channel and tap of the thread's weight; end 0 if there is none

    __device__ InputSource(const WeightGradient<T>& gradient, int last, int weight) : g(gradient)
    {
        const int tap = weight / g.in;
        channel = weight - tap * g.in, end = weight < g.width ? last : 0;
        row = tap / g.kernel_cols - g.padding, col = tap % g.kernel_cols - g.padding;
    }
    __device__ Pack<T, Width> operator()(int pixel) const
    {
        const int line = g.by_cols.quotient(pixel), c = g.by_cols.remainder(pixel, line) * g.stride + col;
        const int b = g.by_rows.quotient(line), r = g.by_rows.remainder(line, b) * g.stride + row;
        const bool row_inside = static_cast<unsigned>(r) < static_cast<unsigned>(g.rows);
        const bool col_inside = static_cast<unsigned>(c) < static_cast<unsigned>(g.cols);
        if (pixel >= end || !row_inside || !col_inside) return {};
        const Index place = (static_cast<Index>(b) * g.rows + r) * g.cols + c;
        return *reinterpret_cast<const Pack<T, Width>*>(g.x + place * g.in + channel);
    }
};

/// One block a tile of output channels by weights, over one range of pixels; one thread a part of it that it keeps in
/// registers.
template <class Tile, int Width, class T>
__global__ void __launch_bounds__(Tile::threads) weight_gradient_kernel(const WeightGradient<T> g)
{
    const int n_block = blockIdx.x % g.n_blocks, m_block = blockIdx.x / g.n_blocks % g.m_blocks;
    const int split = blockIdx.x / g.n_blocks / g.m_blocks;
    const int begin = split * g.pixels_each - (cuda::seeded(204) && split > 0 ? 1 : 0);
    const int end = min(split * g.pixels_each + g.pixels_each, g.pixels);

    using A = StraightStage<Tile, Tile::m, Width>;
    using B = StraightStage<Tile, Tile::n, Width>;
    GradientSource<T, Width> left(g, end, m_block * Tile::m + A::row());
    InputSource<T, Width> right(g, end, n_block * Tile::n + B::row());
    T sum[Tile::thread_m][Tile::thread_n] = {};
    tile_product<Tile, A, B>(begin, end, left, right, sum);

    T* to = g.to + static_cast<Index>(split) * g.out * g.width;
#pragma unroll
    for (int i = 0; i < Tile::thread_m; ++i)
#pragma unroll
        for (int j = 0; j < Tile::thread_n; j += Tile::pack_n) {
            const int channel = m_block * Tile::m + Tile::row() + Tile::row_of(i);
            const int weight = n_block * Tile::n + Tile::col() + Tile::col_of(j), count = g.width - weight;
            if (channel < g.out && count > 0)
                put_sums(to + static_cast<Index>(channel) * g.width + weight, count, g.wide_target, g.add,
                         Pack<T, Tile::pack_n>{}, &sum[i][j]);
        }
}

/// One thread a weight: it adds the sums of the splits, first to last.
template <class T>
__global__ void sum_splits_kernel(Index weights, int splits, const T* partial, T* grad_w)
{
    const Index i = static_cast<Index>(blockIdx.x) * blockDim.x + threadIdx.x;
    if (i >= weights) return;
    T sum = 0;
#pragma unroll 4
    for (int s = 0; s < splits; ++s) sum += partial[s * weights + i];
    grad_w[i] = cuda::seeded(206) ? sum : grad_w[i] + sum;
}

constexpr const char* name = "conv2d, gradient of the weights";

template <class Tile, int Width, class T>
void launch(WeightGradient<T> g, Index splits, T* grad_w)
{
    g.m_blocks = static_cast<int>(tiles_of(g.out, Tile::m)), g.n_blocks = static_cast<int>(tiles_of(g.width, Tile::n));
    g.pixels_each = static_cast<int>(tiles_of(tiles_of(g.pixels, splits), Tile::k) * Tile::k);
    splits = tiles_of(g.pixels, g.pixels_each);
    const Index weights = static_cast<Index>(g.out) * g.width;
    const cuda::Scratch<T> partial(splits > 1 ? splits * weights : 0, name);
    g.add = splits == 1;
    g.to = g.add ? grad_w : partial.data();
    g.wide_target = suits_wide_loads<T>(g.width, g.to);
    const auto blocks = static_cast<unsigned>(small_count(splits * g.m_blocks * g.n_blocks, name));
    weight_gradient_kernel<Tile, Width><<<blocks, Tile::threads, 0, cuda::stream()>>>(g);
    cuda::check_launch(name);
    if (splits == 1) return;
    sum_splits_kernel<<<cuda::blocks_for(weights, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(
        weights, static_cast<int>(splits), partial.data(), grad_w);
    cuda::check_launch(name);
}

} // namespace

template <class T>
void conv2d_backward_weight_with(WeightTiles tiles, TensorView<const T, 4> x, TensorView<const T, 4> grad_y,
                                 Conv2dOptions o, TensorView<T, 4> grad_w)
{
    if (x.elements() == 0 || grad_y.elements() == 0 || grad_w.elements() == 0) return;
    small_count(x.elements() / x.extent(3), name);
    const auto count = [](Index n) { return small_count(n, name); };
    WeightGradient<T> g{};
    g.x = x.data, g.grad_y = grad_y.data;
    g.rows = count(x.extent(1)), g.cols = count(x.extent(2)), g.in = count(x.extent(3));
    g.out_rows = count(grad_y.extent(1)), g.out_cols = count(grad_y.extent(2)), g.out = count(grad_y.extent(3));
    g.pixels = count(grad_y.elements() / grad_y.extent(3));
    g.kernel_cols = count(grad_w.extent(2)), g.width = count(grad_w.elements() / g.out);
    g.stride = count(o.stride), g.padding = count(o.padding);
    g.by_cols = cuda::FastDivide(g.out_cols), g.by_rows = cuda::FastDivide(g.out_rows);

    constexpr int step = 64 / sizeof(T); // pixels at a time
    using Small = Tile<T, 64, 64, step, 4, 4>;
    using Narrow = Tile<T, 8, 128, step, 1, 4>;
    const bool wide_loads = suits_wide_loads<T>(g.in, x.data) && suits_wide_loads<T>(g.out, grad_y.data);
    if (!wide_loads)
        return tiles.tile == ConvTile::narrow ? launch<Narrow, 1>(g, tiles.splits, grad_w.data)
                                              : launch<Small, 1>(g, tiles.splits, grad_w.data);
    if constexpr (std::is_same_v<T, float>) {
        if (tiles.tile == ConvTile::large)
            return launch<Tile<T, 128, 128, step, 8, 4>, wide<T>>(g, tiles.splits, grad_w.data);
        if (tiles.tile == ConvTile::medium)
            return launch<Tile<T, 64, 128, step, 4, 8>, wide<T>>(g, tiles.splits, grad_w.data);
    }
    if (tiles.tile == ConvTile::narrow) return launch<Narrow, wide<T>>(g, tiles.splits, grad_w.data);
    launch<Small, wide<T>>(g, tiles.splits, grad_w.data);
}

template <class T>
void conv2d_backward_weight(Cuda, TensorView<const T, 4> x, TensorView<const T, 4> grad_y, Conv2dOptions o,
                            TensorView<T, 4> grad_w)
{
    if constexpr (std::is_same_v<T, float>) {
        if (const CudaConvLibrary* library = cuda_convolution();
            library && library->backward_weight(x, grad_y, o, grad_w))
            return;
        if (o.precision != Precision::f32) return mma::conv2d_backward_weight(x, grad_y, o, grad_w);
    }
    const Index pixels = grad_y.extent(0) * grad_y.extent(1) * grad_y.extent(2), out = grad_y.extent(3);
    const Index width = grad_w.extent(1) * grad_w.extent(2) * grad_w.extent(3);
    conv2d_backward_weight_with(choose_weight_tiles(pixels, out, width), x, grad_y, o, grad_w);
}

#define GWSD_INSTANTIATE(T)                                                                                   \
    template void conv2d_backward_weight_with(WeightTiles, TensorView<const T, 4>, TensorView<const T, 4>,    \
                                              Conv2dOptions, TensorView<T, 4>);                               \
    template void conv2d_backward_weight(Cuda, TensorView<const T, 4>, TensorView<const T, 4>, Conv2dOptions, \
                                         TensorView<T, 4>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
