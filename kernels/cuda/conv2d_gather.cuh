#pragma once

// Convolutions as products of matrices whose left one is never written down: a row is a target pixel, k runs over the
// taps of the kernel and the channels of the source, and a value is read where it lies, or zero outside the source.
// "Turned" is the gradient with respect to the input: target pixels whose rows and columns leave the same remainders by
// the stride, a phase, are read from by the same taps, every stride-th one, of neighbouring pixels backwards. With
// stride 1 there is one phase, with kernel and stride 2 there are four of one tap each.

#include "conv2d_host.cuh"
#include "conv2d_tiles.hpp"
#include "fast_divide.hpp"
#include "tile_product.cuh"

namespace gwsd::kernels {

template <class T>
struct Gather {
    const T *source, *weights; ///< [batch, rows, cols, channels]; [out, kernel_rows, kernel_cols, in]
    T* target;                 ///< [batch, target_rows, target_cols, target_channels]
    const T* bias;
    bool add, wide_target; ///< wide_target: the target and the bias suit wide loads
    int batch, rows, cols, channels, target_rows, target_cols, target_channels;
    int kernel_rows, kernel_cols, stride, padding;
    cuda::FastDivide by_channels;
    int phase_rows, phase_cols, n_blocks;
};

/// Rows, or columns, of one phase: target pixel q is target_first + q * target_step; tap t is the kernel's
/// tap_first + t, turned + t * stride; together they read source_first + q * source_step + t, turned - t.
struct Axis {
    int target_first, target_step, targets, source_first, source_step, tap_first, taps;
};

template <bool Turned>
__device__ Axis axis_of(int phase, int targets, int kernel, int stride, int padding)
{
    if constexpr (!Turned) return {0, 1, targets, -padding, stride, 0, kernel};
    const int tap = (phase + padding) % stride, taps = tap < kernel ? (kernel - tap + stride - 1) / stride : 0;
    return {
        phase, stride, (targets - phase + stride - (cuda::seeded(210) ? 2 : 1)) / stride, (phase + padding) / stride, 1,
        tap,   taps};
}

/// Where a pixel of the tile reads with tap 0; its offset counts only together with that of a tap inside the source.
struct alignas(16) Place {
    Index offset;
    int row, col;
};
/// Added to any row of an image it gives none.
constexpr int nowhere = -(1 << 30);

/// The left matrix: [pixel, k].
template <class T, int Width, bool Turned>
struct PixelSource {
    const Gather<T>& g;
    const Place* places;
    cuda::FastDivide by_tap_cols;
    int depth, row = 0, col = 0;
    Index offset = 0;

    __device__ void go_to(int k)
    {
        const int tap = g.by_channels.quotient(k), tap_row = by_tap_cols.quotient(tap);
        row = Turned ? -tap_row : tap_row;
        col = Turned ? -by_tap_cols.remainder(tap, tap_row) : by_tap_cols.remainder(tap, tap_row);
        offset = (static_cast<Index>(row) * g.cols + col) * g.channels + g.by_channels.remainder(k, tap);
        if (k >= depth) row = nowhere;
    }
    __device__ Pack<T, Width> operator()(int pixel) const
    {
        const Place place = places[pixel];
        const bool row_inside = static_cast<unsigned>(place.row + row) < static_cast<unsigned>(g.rows);
        const bool col_inside = static_cast<unsigned>(place.col + col) < static_cast<unsigned>(g.cols);
        if (!row_inside || !(col_inside || cuda::seeded(202))) return {};
        return *reinterpret_cast<const Pack<T, Width>*>(g.source + place.offset + offset);
    }
};

/// The right matrix as the forward pass reads it: weights of an output channel are neighbours along k.
template <class T, int Width>
struct WeightRows {
    const T* weights;
    int depth, channels, first, k = 0;

    __device__ void go_to(int at) { k = at; }
    __device__ Pack<T, Width> operator()(int row) const
    {
        if (k >= depth || first + row >= channels) return {};
        return *reinterpret_cast<const Pack<T, Width>*>(weights + static_cast<Index>(first + row) * depth + k);
    }
};

/// The right matrix turned: weights of an output channel and a tap of this phase are neighbours along input channels.
template <class T, int Width>
struct TurnedWeights {
    const Gather<T>& g;
    cuda::FastDivide by_tap_cols;
    const T* first; ///< the weight of the phase's first tap for the thread's channel
    int depth;      ///< 0 if there is no such channel

    __device__ TurnedWeights(const Gather<T>& gather, const Axis& rows, const Axis& cols, cuda::FastDivide by_cols,
                             int end, int channel)
        : g(gather), by_tap_cols(by_cols), depth(channel < g.target_channels ? end : 0)
    {
        const Index tap = static_cast<Index>(rows.tap_first) * g.kernel_cols + cols.tap_first;
        first = g.weights + tap * g.target_channels + channel;
    }
    __device__ Pack<T, Width> operator()(int k) const
    {
        if (k >= depth) return {};
        const int tap = g.by_channels.quotient(k), tap_row = by_tap_cols.quotient(tap);
        const int row = tap_row * (cuda::seeded(203) ? 1 : g.stride),
                  col = by_tap_cols.remainder(tap, tap_row) * g.stride;
        const int channel = g.by_channels.remainder(k, tap), all_taps = g.kernel_rows * g.kernel_cols;
        const Index offset = static_cast<Index>(channel) * all_taps + row * g.kernel_cols + col;
        return *reinterpret_cast<const Pack<T, Width>*>(first + offset * g.target_channels);
    }
};

/// A thread's tile of sums, on its way to the target: bias or what is there first.
template <class Tile, class T>
__device__ void write(const Gather<T>& g, const Index* targets, int first_channel,
                      const T (&sum)[Tile::thread_m][Tile::thread_n])
{
    const int row = Tile::row();
#pragma unroll
    for (int j = 0; j < Tile::thread_n; j += Tile::pack_n) {
        const int channel = first_channel + Tile::col() + Tile::col_of(j), count = g.target_channels - channel;
        if (count <= 0) continue;
        Pack<T, Tile::pack_n> bias{};
        if (g.bias)
#pragma unroll
            for (int e = 0; e < Tile::pack_n; ++e)
                if (e < count) bias.at[e] = g.bias[channel + e];
#pragma unroll
        for (int i = 0; i < Tile::thread_m; ++i) {
            const Index offset = targets[row + Tile::row_of(i)];
            if (offset >= 0) put_sums(g.target + offset + channel, count, g.wide_target, g.add, bias, &sum[i][j]);
        }
    }
}

/// One block a tile of target pixels of a phase by target channels, one thread a part of it that it keeps in
/// registers; blocks of the same pixels are neighbours, so that they meet in the cache. Without the bound on turned
/// blocks the compiler saves registers until some spill.
template <class Tile, int Width, bool Turned, class T>
__global__ void __launch_bounds__(Tile::threads, Turned ? 512 / Tile::threads : 0) gather_kernel(const Gather<T> g)
{
    __shared__ Place places[Tile::m];
    __shared__ Index targets[Tile::m];
    const int phase = blockIdx.x / g.n_blocks % (g.phase_rows * g.phase_cols);
    const int m_block = blockIdx.x / g.n_blocks / (g.phase_rows * g.phase_cols);
    const int first_channel = blockIdx.x % g.n_blocks * Tile::n;
    const Axis rows = axis_of<Turned>(phase / g.phase_cols, g.target_rows, g.kernel_rows, g.stride, g.padding);
    const Axis cols = axis_of<Turned>(phase % g.phase_cols, g.target_cols, g.kernel_cols, g.stride, g.padding);

    const int pixels = g.batch * rows.targets * cols.targets;
    if (m_block * Tile::m >= pixels) return;
    for (int m = threadIdx.x; m < Tile::m; m += Tile::threads) {
        const int pixel = m_block * Tile::m + m, line = pixel / cols.targets, q_col = pixel - line * cols.targets;
        const int b = line / rows.targets, q_row = line - b * rows.targets;
        const int row = rows.source_first + q_row * rows.source_step,
                  col = cols.source_first + q_col * cols.source_step;
        const Index target_line = static_cast<Index>(b) * g.target_rows + rows.target_first + q_row * rows.target_step;
        const bool inside = pixel < pixels;
        places[m] = {((static_cast<Index>(b) * g.rows + row) * g.cols + col) * g.channels, inside ? row : nowhere, col};
        targets[m] =
            inside ? (target_line * g.target_cols + cols.target_first + q_col * cols.target_step) * g.target_channels
                   : -1;
    }
    __syncthreads();

    const cuda::FastDivide by_tap_cols(cols.taps > 0 ? cols.taps : 1);
    const int depth = rows.taps * cols.taps * g.channels;
    PixelSource<T, Width, Turned> left{g, places, by_tap_cols, depth};
    using A = TurnedStage<Tile, Tile::m, Width>;
    T sum[Tile::thread_m][Tile::thread_n] = {};
    if constexpr (Turned) {
        using B = StraightStage<Tile, Tile::n, Width>;
        TurnedWeights<T, Width> right(g, rows, cols, by_tap_cols, depth, first_channel + B::row());
        tile_product<Tile, A, B>(0, depth, left, right, sum);
    } else {
        WeightRows<T, Width> right{g.weights, depth, g.target_channels, first_channel};
        tile_product<Tile, A, TurnedStage<Tile, Tile::n, Width>>(0, depth, left, right, sum);
    }
    write<Tile>(g, targets, first_channel, sum);
}

template <class Tile, int Width, bool Turned, class T>
void launch_gather(const char* name, Gather<T> g)
{
    g.n_blocks = static_cast<int>(tiles_of(g.target_channels, Tile::n));
    const Index pixels = g.batch * tiles_of(g.target_rows, g.phase_rows) * tiles_of(g.target_cols, g.phase_cols);
    const Index blocks = tiles_of(pixels, Tile::m) * g.phase_rows * g.phase_cols * g.n_blocks;
    gather_kernel<Tile, Width, Turned>
        <<<static_cast<unsigned>(small_count(blocks, name)), Tile::threads, 0, cuda::stream()>>>(g);
    cuda::check_launch(name);
}

/// target = bias + gathered convolution of the source, or added to the target.
template <bool Turned, class T>
void gather(const char* name, ConvTile tile, TensorView<const T, 4> source, TensorView<const T, 4> w, Conv2dOptions o,
            TensorView<T, 4> target, Conv2dInto<T> into)
{
    if (target.elements() == 0) return;
    small_count(source.elements() / std::max<Index>(1, source.extent(3)), name);
    small_count(target.elements() / target.extent(3), name);
    small_count(w.extent(1) * w.extent(2) * source.extent(3), name);
    const auto count = [name](Index n) { return small_count(n, name); };

    Gather<T> g{};
    g.source = source.data, g.weights = w.data, g.target = target.data, g.bias = into.bias, g.add = into.add;
    g.wide_target = suits_wide_loads<T>(target.extent(3), target.data, into.bias);
    g.batch = count(source.extent(0)), g.rows = count(source.extent(1)), g.cols = count(source.extent(2));
    g.channels = count(source.extent(3));
    g.target_rows = count(target.extent(1)), g.target_cols = count(target.extent(2));
    g.target_channels = count(target.extent(3));
    g.kernel_rows = count(w.extent(1)), g.kernel_cols = count(w.extent(2));
    g.stride = count(o.stride), g.padding = count(o.padding);
    g.by_channels = cuda::FastDivide(std::max(1, g.channels));
    g.phase_rows = Turned ? std::min(g.stride, g.target_rows) : 1;
    g.phase_cols = Turned ? std::min(g.stride, g.target_cols) : 1;

    constexpr int step = 64 / sizeof(T); // of k: 64 bytes
    using Small = Tile<T, 64, 64, step, 4, 4>;
    using Narrow = Tile<T, 256, 8, step, 4, 2>;
    const bool wide_loads =
        suits_wide_loads<T>(g.channels, source.data, w.data) && (!Turned || suits_wide_loads<T>(g.target_channels));
    if (!wide_loads)
        return tile == ConvTile::narrow ? launch_gather<Narrow, 1, Turned>(name, g)
                                        : launch_gather<Small, 1, Turned>(name, g);
    if constexpr (std::is_same_v<T, float>) {
        if (tile == ConvTile::large) return launch_gather<Tile<T, 128, 128, step, 8, 4>, wide<T>, Turned>(name, g);
        if (tile == ConvTile::medium) return launch_gather<Tile<T, 128, 64, step, 8, 4>, wide<T>, Turned>(name, g);
    }
    if (tile == ConvTile::narrow) return launch_gather<Narrow, wide<T>, Turned>(name, g);
    launch_gather<Small, wide<T>, Turned>(name, g);
}

} // namespace gwsd::kernels
