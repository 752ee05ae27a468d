#pragma once

// Convolution in f32 by the kernels of CpuPaths: what is packed, padded and shared among threads.

#include <algorithm>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/kernels/cpu_paths.hpp"
#include "gwsd/kernels/packed_weights.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels::tuned {

/// Weights [kernel_row][run][out] in blocks of output channels, as CpuPaths::lanes says; weight(o, i, n) gives one.
/// Threads share the blocks' kernel rows.
template <class Weight>
Tensor<float> pack_weights(const CpuPaths& paths, Index out, Index kernel_rows, Index run, const Weight& weight)
{
    const Index depth = kernel_rows * run, rest = out % paths.wide, blocks = (out + paths.wide - 1) / paths.wide;
    const Index padded = out - rest + (rest == 0 ? 0 : rest > paths.lanes ? paths.wide : paths.lanes);
    const auto packed = Tensor<float>::empty({padded * depth});
    parallel_for(blocks * kernel_rows, std::max<Index>(1, 8192 / (run * paths.wide)), [&](Index begin, Index end) {
        for (Index item = begin; item < end; ++item) {
            const Index block = item / kernel_rows * paths.wide, i = item % kernel_rows,
                        width = std::min(paths.wide, padded - block), used = std::min(width, out - block);
            float* to = packed.data() + block * depth + i * run * width;
            for (Index n = 0; n < run; ++n, to += width)
                for (Index o = 0; o < width; ++o) to[o] = o < used ? weight(block + o, i, n) : 0.0F;
        }
    });
    return packed;
}

/// Consecutive rows of an image with zeros to the left and right; rows above or below the image are null.
class PaddedRows {
public:
    /// Rows [first, first + count) of image [rows, cols, channels]. Without padding the rows are read where they lie,
    /// unless reads go `slack` floats beyond the last run.
    void fill(const float* image, Index rows, Index cols, Index channels, Index first, Index count, Index padding,
              Index slack)
    {
        pointers_.assign(static_cast<std::size_t>(count), nullptr);
        const bool copied = padding > 0 || slack > 0;
        const Index side = padding * channels, width = cols * channels;
        const Index length = (width + 2 * side + slack + 15) / 16 * 16; // rows start on cache lines
        if (copied && (!buffer_.defined() || buffer_.elements() < count * length))
            buffer_ = Tensor<float>::empty({count * length});
        for (Index k = 0; k < count; ++k) {
            const Index row = first + k;
            if (row < 0 || row >= rows) continue;
            const float* from = image + row * width;
            pointers_[static_cast<std::size_t>(k)] = from;
            if (!copied) continue;
            float* to = buffer_.data() + k * length;
            pointers_[static_cast<std::size_t>(k)] = to;
            std::fill_n(to, side, 0.0F);
            std::copy_n(from, width, to + side);
            std::fill_n(to + side + width, side + slack, 0.0F);
        }
    }
    const float* const* data() const { return pointers_.data(); }

private:
    std::vector<const float*> pointers_;
    Tensor<float> buffer_;
};

inline PaddedRows& padded_rows()
{
    static thread_local PaddedRows rows;
    return rows;
}

/// Output rows that share their padded input: what fits beside the weights in a second-level cache.
inline Index band_rows(Index row_floats, Index stride)
{
    constexpr Index budget = 40000;
    return std::clamp<Index>(budget / std::max<Index>(row_floats * stride, 1), 1, 8);
}

/// y = bias + conv(x, w), or y += conv(x, w): weights packed before. Threads share bands of rows.
inline void conv2d_packed(const CpuPaths& paths, TensorView<const float, 4> x, const float* packed, Index kernel_rows,
                          Index kernel_cols, Conv2dOptions o, Conv2dInto<float> into, TensorView<float, 4> y)
{
    const Index in = x.extent(3), out = y.extent(3), rows = y.extent(1);
    const Index height = band_rows((x.extent(2) + 2 * o.padding) * in, o.stride), bands = (rows + height - 1) / height;
    parallel_for(y.extent(0) * bands, 1, [&](Index begin, Index end) {
        PaddedRows& input = padded_rows();
        for (Index item = begin; item < end; ++item) {
            const Index b = item / bands, first = item % bands * height, count = std::min(height, rows - first);
            input.fill(&x(b, 0, 0, 0), x.extent(1), x.extent(2), in, first * o.stride - o.padding,
                       (count - 1) * o.stride + kernel_rows, o.padding, 0);
            paths.conv_band({.rows = count,
                             .pixels = y.extent(2),
                             .out = out,
                             .kernel_rows = kernel_rows,
                             .run = kernel_cols * in,
                             .inputs = input.data(),
                             .row_stride = o.stride,
                             .pixel_stride = o.stride * in,
                             .weights = packed,
                             .bias = into.bias,
                             .add = into.add,
                             .y = &y(b, first, 0, 0),
                             .y_row = y.extent(2) * out,
                             .y_stride = out});
        }
    });
}

inline void conv2d_forward(const CpuPaths& paths, TensorView<const float, 4> x, TensorView<const float, 4> w,
                           Conv2dOptions o, Conv2dInto<float> into, TensorView<float, 4> y)
{
    const Index rows = w.extent(1), run = w.extent(2) * w.extent(3);
    static const char here = 0;
    const auto packed = PackedWeights::get({&here, paths.name, w.data, o.precision}, [&] {
        return pack_weights(paths, w.extent(0), rows, run,
                            [&](Index n, Index i, Index k) { return w.data[(n * rows + i) * run + k]; });
    });
    conv2d_packed(paths, x, packed->data(), rows, w.extent(2), o, into, y);
}

/// Kernels that do not overlap: a row of input pixels is a product of the output row with one kernel row's weights,
/// since the kernel_cols * in values of its pixels lie together.
inline void spread_apart(const CpuPaths& paths, TensorView<const float, 4> grad_y, TensorView<const float, 4> w,
                         Conv2dOptions o, Conv2dInto<float> into, TensorView<float, 4> grad_x)
{
    const Index out = w.extent(0), in = w.extent(3), size = o.stride, run = size * in;
    static const char here = 0;
    const auto packed = PackedWeights::get({&here, paths.name, w.data, o.precision}, [&] {
        std::vector<Tensor<float>> rows;
        for (Index i = 0; i < size; ++i)
            rows.push_back(pack_weights(paths, run, 1, out,
                                        [&](Index n, Index, Index k) { return w.data[(k * size + i) * run + n]; }));
        return rows;
    });
    std::vector<float> bias; // once for each pixel of a kernel row
    if (into.bias)
        for (Index j = 0; j < size; ++j) bias.insert(bias.end(), into.bias, into.bias + in);
    const Index lines = grad_y.extent(1);
    parallel_for(grad_y.extent(0) * lines, 4, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const float* input = &grad_y(line / lines, line % lines, 0, 0);
            for (Index i = 0; i < size; ++i)
                paths.conv_band({.rows = 1,
                                 .pixels = grad_y.extent(2),
                                 .out = run,
                                 .kernel_rows = 1,
                                 .run = out,
                                 .inputs = &input,
                                 .row_stride = 1,
                                 .pixel_stride = out,
                                 .weights = (*packed)[static_cast<std::size_t>(i)].data(),
                                 .bias = into.bias ? bias.data() : nullptr,
                                 .add = into.add,
                                 .y = &grad_x(line / lines, line % lines * size + i, 0, 0),
                                 .y_row = 0,
                                 .y_stride = run});
        }
    });
}

/// For stride 1 the convolution of grad_y with the weights turned round and transposed.
inline void conv2d_backward_input(const CpuPaths& paths, TensorView<const float, 4> grad_y,
                                  TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                                  TensorView<float, 4> grad_x)
{
    if (o.stride > 1) return spread_apart(paths, grad_y, w, o, into, grad_x);
    const Index out = w.extent(0), rows = w.extent(1), cols = w.extent(2), in = w.extent(3);
    static const char here = 0;
    const auto packed = PackedWeights::get({&here, paths.name, w.data, o.precision}, [&] {
        return pack_weights(paths, in, rows, cols * out, [&](Index k, Index i, Index n) {
            const Index j = n / out;
            return w.data[((n - j * out) * rows * cols + (rows - 1 - i) * cols + (cols - 1 - j)) * in + k];
        });
    });
    conv2d_packed(paths, grad_y, packed->data(), rows, cols, {.stride = 1, .padding = rows - 1 - o.padding}, into,
                  grad_x);
}

/// How the pixels of a weight gradient are cut: the same whatever the number of threads, so that sums keep their order.
struct WeightPlan {
    Index chunks, lines; ///< lines are rows of output over the batch; chunks are summed apart, then together
    Index groups, width; ///< of output channels
    WeightPlan(Index total_lines, Index pixels, Index weights, Index out)
    {
        constexpr Index chunk_pixels = 2048, most_chunks = 16, most_floats = Index{1} << 22;
        const Index wanted = std::min(total_lines * pixels / chunk_pixels, most_floats / std::max<Index>(weights, 1));
        lines = (total_lines - 1) / std::clamp<Index>(wanted, 1, most_chunks) + 1;
        chunks = (total_lines - 1) / lines + 1;
        width = out <= 32 ? out : 24;
        groups = (out + width - 1) / width;
    }
};

/// Adds the gradient of output channels [channel, channel + count) over output lines [first, last) to `sum`, which has
/// the shape of the weights.
inline void add_weight_gradient(const CpuPaths& paths, TensorView<const float, 4> x, TensorView<const float, 4> grad_y,
                                Conv2dOptions o, Index kernel_rows, Index kernel_cols, Index first, Index last,
                                Index channel, Index count, float* sum)
{
    const Index in = x.extent(3), out = grad_y.extent(3), rows = grad_y.extent(1), cols = grad_y.extent(2),
                run = kernel_cols * in;
    const Index height = band_rows((x.extent(2) + 2 * o.padding) * in, o.stride);
    // Pixels that stay in the first-level cache while all pairs of channels visit them.
    const Index few = std::clamp<Index>(128 / std::max<Index>(cols, 1), 1, height);
    PaddedRows& input = padded_rows();
    std::vector<float> gathered(count < out ? static_cast<std::size_t>(height * cols * count) : 0);
    for (Index line = first; line < last;) {
        const Index b = line / rows, r = line % rows, band = std::min({height, rows - r, last - line});
        const float* gradient = &grad_y(b, r, 0, channel);
        if (count < out) { // a stride of all channels would leave most of each cache line unused
            for (Index p = 0; p < band * cols; ++p) std::copy_n(gradient + p * out, count, gathered.data() + p * count);
            gradient = gathered.data();
        }
        input.fill(&x(b, 0, 0, 0), x.extent(1), x.extent(2), in, r * o.stride - o.padding,
                   (band - 1) * o.stride + kernel_rows, o.padding, 2 * paths.lanes);
        for (Index part = 0; part < band; part += few)
            for (Index i = 0; i < kernel_rows; ++i)
                paths.conv_weight_band({.rows = std::min(few, band - part),
                                        .pixels = cols,
                                        .out = count,
                                        .run = run,
                                        .inputs = input.data() + part * o.stride + i,
                                        .row_stride = o.stride,
                                        .pixel_stride = o.stride * in,
                                        .grad_y = gradient + part * cols * count,
                                        .grad_row = cols * count,
                                        .grad_stride = count,
                                        .grad_w = sum + (channel * kernel_rows + i) * run,
                                        .w_stride = kernel_rows * run});
        line += band;
    }
}

inline void conv2d_backward_weight(const CpuPaths& paths, TensorView<const float, 4> x,
                                   TensorView<const float, 4> grad_y, Conv2dOptions o, TensorView<float, 4> grad_w)
{
    const Index out = grad_y.extent(3), lines = grad_y.extent(0) * grad_y.extent(1), weights = grad_w.elements();
    if (lines == 0) return;
    const WeightPlan plan(lines, grad_y.extent(2), weights, out);
    const auto partial = Tensor<float>::empty({plan.chunks > 1 ? plan.chunks * weights : 0});
    parallel_for(plan.chunks * plan.groups, 1, [&](Index begin, Index end) {
        for (Index item = begin; item < end; ++item) {
            const Index chunk = item / plan.groups, channel = item % plan.groups * plan.width,
                        count = std::min(plan.width, out - channel);
            float* sum = plan.chunks > 1 ? partial.data() + chunk * weights : grad_w.data;
            if (plan.chunks > 1) std::fill_n(sum + weights / out * channel, weights / out * count, 0.0F);
            add_weight_gradient(paths, x, grad_y, o, grad_w.extent(1), grad_w.extent(2), chunk * plan.lines,
                                std::min(lines, (chunk + 1) * plan.lines), channel, count, sum);
        }
    });
    if (plan.chunks == 1) return;
    parallel_for(weights, 4096, [&](Index begin, Index end) {
        for (Index chunk = 0; chunk < plan.chunks; ++chunk)
            for (Index i = begin; i < end; ++i) grad_w.data[i] += partial.data()[chunk * weights + i];
    });
}

} // namespace gwsd::kernels::tuned
