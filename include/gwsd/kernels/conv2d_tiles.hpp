#pragma once

// Convolution by the kernels of TilePaths: what is split, packed and shared among threads. The operands of a product
// are made for one band of rows at a time, so that they are still in the second-level cache when they are read.

#include <algorithm>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/kernels/packed_weights.hpp"
#include "gwsd/kernels/split_operands.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels::tiled {

/// Output rows whose operands, of `values` a row, fill about half of a second-level cache.
inline Index band_rows(Index values)
{
    constexpr Index budget = 200000;
    return std::clamp<Index>(budget / std::max<Index>(values, 1), 1, 16);
}

/// The kernel of a convolution with packed weights.
struct Kernel {
    SplitFrom weights;
    Index kernel_rows, kernel_cols;
};

/// y = bias + conv(x, w), or y += conv(x, w). Threads share bands of rows.
inline void conv2d_packed(const TilePaths& paths, TensorView<const float, 4> x, const Kernel& w, Conv2dOptions o,
                          Conv2dInto<float> into, TensorView<float, 4> y)
{
    const Index in = x.extent(3), out = y.extent(3), rows = y.extent(1), cols = y.extent(2), step = o.stride * in;
    const Index run = w.kernel_cols * in, width = x.extent(2) * in, side = o.padding * in;
    // The last tile reads whole: pixels and values that only meet sums that are not stored, or weights of zero.
    const Index read_to = (tile::tiles(cols) * tile::side - 1) * step + tile::steps(run) * tile::depth;
    const Index length = aligned(std::max(read_to, width + 2 * side));
    const Index height = std::min(band_rows(length * o.stride), rows), bands = (rows + height - 1) / height;
    const bool low = w.weights.low != nullptr;
    parallel_for(y.extent(0) * bands, 1, [&](Index begin, Index end) {
        SplitRows& input = scratch().rows;
        for (Index item = begin; item < end; ++item) {
            const Index b = item / bands, first = item % bands * height, count = std::min(height, rows - first);
            input.fill(x.extent(1), first * o.stride - o.padding, (count - 1) * o.stride + w.kernel_rows, length, low,
                       [&](Index row, SplitTo to) {
                           zero(to, side);
                           paths.split(width, &x(b, row, 0, 0), to + side);
                           zero(to + side + width, length - side - width);
                       });
            paths.conv_band({.rows = count,
                             .pixels = cols,
                             .out = out,
                             .kernel_rows = w.kernel_rows,
                             .run = run,
                             .inputs = input.data(),
                             .row_stride = o.stride,
                             .pixel_stride = step,
                             .weights = w.weights,
                             .bias = into.bias,
                             .add = into.add,
                             .y = &y(b, first, 0, 0),
                             .y_row = cols * out,
                             .y_stride = out});
        }
    });
}

inline Weights pack_forward(const TilePaths& paths, TensorView<const float, 4> w, bool low)
{
    const Index rows = w.extent(1), run = w.extent(2) * w.extent(3);
    return pack_weights(w.extent(0), rows, tile::steps(run), low, [&](Index i, Index channel, Index count, SplitTo to) {
        paths.pack(run, count, w.data + (channel * rows + i) * run, 1, rows * run, to);
    });
}

/// The weights turned round and transposed.
inline Weights pack_turned(const TilePaths& paths, TensorView<const float, 4> w, bool low)
{
    const Index out = w.extent(0), rows = w.extent(1), cols = w.extent(2), in = w.extent(3);
    if (out % tile::depth == 0)
        return pack_weights(in, rows, cols * out / tile::depth, low,
                            [&](Index i, Index channel, Index count, SplitTo to) {
                                for (Index j = 0; j < cols; ++j)
                                    paths.pack(out, count, &w(0, rows - 1 - i, cols - 1 - j, channel), rows * cols * in,
                                               1, to + j * out * tile::side);
                            });
    // A step of 32 values would reach from one kernel column into the next.
    const auto turned = Tensor<float>::empty({in, rows, cols, out});
    const auto to = turned.view<4>();
    for (Index n = 0; n < out; ++n)
        for (Index i = 0; i < rows; ++i)
            for (Index j = 0; j < cols; ++j)
                for (Index c = 0; c < in; ++c) to(c, rows - 1 - i, cols - 1 - j, n) = w(n, i, j, c);
    return pack_forward(paths, to, low);
}

inline void conv2d_forward(const TilePaths& paths, TensorView<const float, 4> x, TensorView<const float, 4> w,
                           Conv2dOptions o, Conv2dInto<float> into, TensorView<float, 4> y)
{
    static const char here = 0;
    const auto packed = PackedWeights::get({&here, &paths, w.data, o.precision},
                                           [&] { return pack_forward(paths, w, o.precision == Precision::f32_fast); });
    conv2d_packed(paths, x, {packed->parts, w.extent(1), w.extent(2)}, o, into, y);
}

/// Kernels that do not overlap; see tuned::spread_apart.
inline void spread_apart(const TilePaths& paths, TensorView<const float, 4> grad_y, TensorView<const float, 4> w,
                         Conv2dOptions o, Conv2dInto<float> into, TensorView<float, 4> grad_x)
{
    const Index out = w.extent(0), in = w.extent(3), size = o.stride, run = size * in, steps = tile::steps(out);
    const bool low = o.precision == Precision::f32_fast;
    static const char here = 0;
    const auto packed = PackedWeights::get({&here, &paths, w.data, o.precision}, [&] {
        std::vector<Weights> rows;
        for (Index i = 0; i < size; ++i)
            rows.push_back(pack_weights(run, 1, steps, low, [&](Index, Index channel, Index count, SplitTo to) {
                paths.pack(out, count, w.data + i * run + channel, size * run, 1, to);
            }));
        return rows;
    });
    std::vector<float> bias; // once for each pixel of a kernel row
    if (into.bias)
        for (Index j = 0; j < size; ++j) bias.insert(bias.end(), into.bias, into.bias + in);
    const Index lines = grad_y.extent(1), cols = grad_y.extent(2), width = cols * out;
    const Index length = aligned((tile::tiles(cols) * tile::side - 1) * out + steps * tile::depth);
    parallel_for(grad_y.extent(0) * lines, 4, [&](Index begin, Index end) {
        SplitRows& input = scratch().rows;
        for (Index line = begin; line < end; ++line) {
            const Index b = line / lines, row = line % lines;
            input.fill(lines, row, 1, length, low, [&](Index r, SplitTo to) {
                paths.split(width, &grad_y(b, r, 0, 0), to);
                zero(to + width, length - width);
            });
            for (Index i = 0; i < size; ++i)
                paths.conv_band({.rows = 1,
                                 .pixels = cols,
                                 .out = run,
                                 .kernel_rows = 1,
                                 .run = out,
                                 .inputs = input.data(),
                                 .row_stride = 1,
                                 .pixel_stride = out,
                                 .weights = (*packed)[static_cast<std::size_t>(i)].parts,
                                 .bias = into.bias ? bias.data() : nullptr,
                                 .add = into.add,
                                 .y = &grad_x(b, row * size + i, 0, 0),
                                 .y_row = 0,
                                 .y_stride = run});
        }
    });
}

/// For stride 1 the convolution of grad_y with the weights turned round and transposed.
inline void conv2d_backward_input(const TilePaths& paths, TensorView<const float, 4> grad_y,
                                  TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                                  TensorView<float, 4> grad_x)
{
    if (o.stride > 1) return spread_apart(paths, grad_y, w, o, into, grad_x);
    static const char here = 0;
    const auto packed = PackedWeights::get({&here, &paths, w.data, o.precision},
                                           [&] { return pack_turned(paths, w, o.precision == Precision::f32_fast); });
    conv2d_packed(paths, grad_y, {packed->parts, w.extent(1), w.extent(2)},
                  {.stride = 1, .padding = w.extent(1) - 1 - o.padding, .precision = o.precision}, into, grad_x);
}

/// How the lines of a weight gradient are cut: the same whatever the number of threads, so that sums keep their order.
struct WeightPlan {
    Index in, out, weights; ///< rounded up to whole tiles
    Index chunks, lines;    ///< lines are rows of output over the batch; chunks are summed apart, then together
    WeightPlan(Index total_lines, Index pixels, Index taps, Index in_channels, Index out_channels)
        : in(tile::tiles(in_channels) * tile::side),
          out(tile::tiles(out_channels) * tile::side),
          weights(taps * in * out)
    {
        constexpr Index chunk_pixels = 2048, most_chunks = 16, most_floats = Index{1} << 22;
        const Index wanted = std::min(total_lines * pixels / chunk_pixels, most_floats / weights);
        lines = (total_lines - 1) / std::clamp<Index>(wanted, 1, most_chunks) + 1;
        chunks = (total_lines - 1) / lines + 1;
    }
};

/// Adds the gradient over output lines [first, last) to sum [kernel_rows][kernel_cols][in][out].
inline void add_weight_gradient(const TilePaths& paths, TensorView<const float, 4> x, TensorView<const float, 4> grad_y,
                                Conv2dOptions o, TileWeightBand band, Index first, Index last)
{
    const Index in = x.extent(3), out = grad_y.extent(3), rows = grad_y.extent(1), pixels = grad_y.extent(2);
    const Index phases = o.stride, padded = x.extent(2) + 2 * o.padding;
    band.steps = tile::steps(pixels), band.phases = phases, band.row_stride = o.stride;
    band.pitch = aligned(std::max(band.steps * tile::depth + (band.kernel_cols - 1) / phases, padded / phases + 1));
    const Index row_values = phases * band.in * band.pitch, line_values = band.steps * tile::depth * band.out;
    const bool low = o.precision == Precision::f32_fast;
    Scratch& buffers = scratch();
    for (Index line = first; line < last; line += band.rows) {
        const Index b = line / rows, r = line % rows;
        band.rows = std::min({band_rows(row_values * o.stride + line_values), rows - r, last - line});
        const SplitTo grad = buffers.grad.take(band.rows * line_values, low);
        for (Index l = 0; l < band.rows; ++l)
            for (Index c = 0; c < band.out; c += tile::side)
                paths.pack(pixels, std::min(tile::side, out - c), &grad_y(b, r + l, 0, c), out, 1,
                           grad + l * line_values + c * band.steps * tile::depth);
        buffers.rows.fill(x.extent(1), r * o.stride - o.padding, (band.rows - 1) * o.stride + band.kernel_rows,
                          row_values, low, [&](Index row, SplitTo to) {
                              zero(to, row_values);
                              for (Index phase = 0; phase < phases; ++phase) {
                                  // Column q of a phase is column q phases + phase - padding of the image.
                                  const Index q = phase < o.padding ? (o.padding - phase + phases - 1) / phases : 0;
                                  const Index col = q * phases + phase - o.padding;
                                  if (col >= x.extent(2)) continue;
                                  paths.transpose((x.extent(2) - 1 - col) / phases + 1, in, &x(b, row, col, 0),
                                                  phases * in, to + phase * band.in * band.pitch + q, band.pitch);
                              }
                          });
        band.inputs = buffers.rows.data(), band.grad = read(grad);
        paths.conv_weight_band(band);
    }
}

inline void conv2d_backward_weight(const TilePaths& paths, TensorView<const float, 4> x,
                                   TensorView<const float, 4> grad_y, Conv2dOptions o, TensorView<float, 4> grad_w)
{
    const Index lines = grad_y.extent(0) * grad_y.extent(1), taps = grad_w.extent(1) * grad_w.extent(2);
    if (lines == 0) return;
    const WeightPlan plan(lines, grad_y.extent(2), taps, x.extent(3), grad_y.extent(3));
    const auto partial = Tensor<float>::empty({plan.chunks, plan.weights});
    parallel_for(plan.chunks, 1, [&](Index begin, Index end) {
        for (Index chunk = begin; chunk < end; ++chunk) {
            float* sum = partial.data() + chunk * plan.weights;
            std::fill_n(sum, plan.weights, 0.0F);
            TileWeightBand band{};
            band.in = plan.in, band.out = plan.out, band.sum = sum;
            band.kernel_rows = grad_w.extent(1), band.kernel_cols = grad_w.extent(2);
            add_weight_gradient(paths, x, grad_y, o, band, chunk * plan.lines,
                                std::min(lines, (chunk + 1) * plan.lines));
        }
    });
    // Chunks together, then from [tap][in][out] into [out][tap][in], tile by tile so that neither side is strided far.
    const Index in = x.extent(3), out = grad_y.extent(3), in_tiles = plan.in / tile::side;
    parallel_for(taps * in_tiles, 1, [&](Index begin, Index end) {
        for (Index item = begin; item < end; ++item) {
            const Index tap = item / in_tiles, c = item % in_tiles * tile::side, left = std::min(tile::side, in - c);
            float* sum = partial.data() + (tap * plan.in + c) * plan.out;
            for (Index chunk = 1; chunk < plan.chunks; ++chunk)
                for (Index k = 0; k < tile::side * plan.out; ++k) sum[k] += sum[chunk * plan.weights + k];
            for (Index n = 0; n < out; ++n)
                for (Index k = 0; k < left; ++k) grad_w.data[(n * taps + tap) * in + c + k] += sum[k * plan.out + n];
        }
    });
}

} // namespace gwsd::kernels::tiled
