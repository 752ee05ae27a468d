#pragma once

// Winograd's minimal filtering F(4 x 4, 3 x 3) in f32 (Winograd 1980; Lavin and Gray 2016): a tile of 4 x 4 results is
// A' [(G w G') . (B' x B)] A with a patch x of 6 x 6 inputs, 36 products a pair of channels instead of 144. Sums over
// channels stay ordinary matrix products, one for each of the 36 numbers. Relative error about 1e-6. For bf16 the
// operands are rounded first; the transforms and products are f32 all the same.

#include <algorithm>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/kernels/cpu_paths.hpp"
#include "gwsd/kernels/packed_weights.hpp"
#include "gwsd/kernels/rounded.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::kernels::winograd {

inline constexpr Index numbers = 36; ///< of a transformed tile
/// Tiles that a thread takes together, at most: what stays in a second-level cache with its products. Multiples of what
/// a register tile holds on every path; few tiles are shared out among threads.
inline constexpr Index longest_strip = 24;
inline Index strip_of(Index tiles)
{
    const Index share = tiles / (2 * thread_pool().threads());
    return std::clamp<Index>(share / 6 * 6, 6, longest_strip);
}

/// Distance of one number from the next: lines that many numbers share a set of the first-level cache with would push
/// each other out, and powers of two, as channel counts are, make them.
inline Index apart(Index values) { return (values + 15) / 16 * 16 + 16; }

/// 3 x 3 kernels over enough channels that the transforms are small beside the products.
inline bool suits(const CpuPaths& paths, TensorView<const float, 4> w, Conv2dOptions o)
{
    return paths.winograd_input && w.extent(1) == 3 && w.extent(2) == 3 && o.stride == 1 && o.padding <= 2 &&
           w.extent(0) >= 16 && w.extent(3) >= 16;
}

/// Tiles of 4 x 4 pixels over a batch of images, and pointers to the pixels of a strip of them.
class Tiles {
public:
    explicit Tiles(TensorView<const float, 4> results)
        : rows_((results.extent(1) + 3) / 4),
          cols_((results.extent(2) + 3) / 4),
          count_(results.extent(0) * rows_ * cols_)
    {
    }
    Index count() const { return count_; }

    /// size x size pixels of image from `shift` above and left of each tile on; `outside` for what the image has not.
    template <class T>
    void point(TensorView<T, 4> image, Index first, Index count, Index size, Index shift, T* outside,
               std::vector<T*>& pixels) const
    {
        pixels.clear();
        for (Index t = first; t < first + count; ++t) {
            const Index b = t / (rows_ * cols_), row = t / cols_ % rows_ * 4 - shift, col = t % cols_ * 4 - shift;
            for (Index r = row; r < row + size; ++r)
                for (Index c = col; c < col + size; ++c) {
                    const bool inside = r >= 0 && c >= 0 && r < image.extent(1) && c < image.extent(2);
                    pixels.push_back(inside ? &image(b, r, c, 0) : outside);
                }
        }
    }

private:
    Index rows_, cols_, count_;
};

/// Memory of one thread.
struct Scratch {
    std::vector<const float*> inputs;
    std::vector<float*> outputs;
    std::vector<float> zeros;
    Tensor<float> transformed, products;

    const float* zero(Index channels)
    {
        if (static_cast<Index>(zeros.size()) < channels) zeros.resize(static_cast<std::size_t>(channels));
        return zeros.data();
    }
    static float* grown(Tensor<float>& memory, Index values)
    {
        if (!memory.defined() || memory.elements() < values) memory = Tensor<float>::empty({values});
        return memory.data();
    }
};
inline Scratch& scratch()
{
    static thread_local Scratch scratch;
    return scratch;
}

/// Transformed weights, packed for CpuPaths::conv_band; those of one number are `apart` floats from the next.
struct Weights {
    Tensor<float> packed;
    Index apart;
};

/// tap(i, j, k) points to `out` weights of input channel k, which lie together.
template <class Tap>
Weights transform_weights(const CpuPaths& paths, Index in, Index out, const Tap& tap)
{
    const Index rest = out % paths.wide;
    const Index padded = out - rest + (rest == 0 ? 0 : rest > paths.lanes ? paths.wide : paths.lanes);
    const Weights weights{Tensor<float>::zeros({numbers, apart(padded * in)}), apart(padded * in)};
    parallel_for(in, 8, [&](Index begin, Index end) {
        for (Index k = begin; k < end; ++k)
            for (Index block = 0; block < padded; block += paths.wide) {
                const float* taps[9];
                for (Index t = 0; t < 9; ++t) taps[t] = tap(t / 3, t % 3, k) + block;
                const Index width = std::min(paths.wide, padded - block);
                paths.winograd_weights(std::min(width, out - block), taps,
                                       weights.packed.data() + block * in + k * width, weights.apart);
            }
    });
    return weights;
}

/// y = bias + conv(x, w), or y += conv(x, w). Threads share strips of tiles.
inline void conv2d_transformed(const CpuPaths& paths, TensorView<const float, 4> x, const Weights& weights,
                               Index padding, Conv2dInto<float> into, TensorView<float, 4> y)
{
    const Index in = x.extent(3), out = y.extent(3);
    const Tiles tiles(y);
    const Index strip = strip_of(tiles.count());
    const Index in_apart = apart(strip * in), out_apart = apart(strip * out);
    parallel_for((tiles.count() + strip - 1) / strip, 1, [&](Index begin, Index end) {
        Scratch& s = scratch();
        float* transformed = Scratch::grown(s.transformed, numbers * in_apart);
        float* products = Scratch::grown(s.products, numbers * out_apart);
        for (Index item = begin; item < end; ++item) {
            const Index first = item * strip, count = std::min(strip, tiles.count() - first);
            tiles.point(x, first, count, 6, padding, s.zero(in), s.inputs);
            paths.winograd_input(count, in, s.inputs.data(), {transformed, in_apart, in, 0});
            for (Index k = 0; k < numbers; ++k) {
                const float* row = transformed + k * in_apart;
                paths.conv_band({.rows = 1,
                                 .pixels = count,
                                 .out = out,
                                 .kernel_rows = 1,
                                 .run = in,
                                 .inputs = &row,
                                 .row_stride = 1,
                                 .pixel_stride = in,
                                 .weights = weights.packed.data() + k * weights.apart,
                                 .bias = nullptr,
                                 .add = false,
                                 .y = products + k * out_apart,
                                 .y_row = 0,
                                 .y_stride = out});
            }
            tiles.point<float>(y, first, count, 4, 0, nullptr, s.outputs);
            paths.winograd_output(count, out, products, out_apart, into.bias, into.add, s.outputs.data());
        }
    });
}

inline void conv2d_forward(const CpuPaths& paths, TensorView<const float, 4> x, TensorView<const float, 4> w,
                           Conv2dOptions o, Conv2dInto<float> into, TensorView<float, 4> y)
{
    const Index out = w.extent(0), in = w.extent(3);
    static const char here = 0;
    const auto weights = PackedWeights::get({&here, paths.name, w.data, o.precision}, [&] {
        const Operand taps(w, o.precision);
        const auto turned = Tensor<float>::empty({9, in, out}); // output channels together
        parallel_for(9 * in, 64, [&](Index begin, Index end) {
            for (Index row = begin; row < end; ++row)
                for (Index n = 0; n < out; ++n) turned.data()[row * out + n] = taps.view.data[n * 9 * in + row];
        });
        return transform_weights(
            paths, in, out, [&](Index i, Index j, Index k) { return turned.data() + ((i * 3 + j) * in + k) * out; });
    });
    conv2d_transformed(paths, Operand(x, o.precision).view, *weights, o.padding, into, y);
}

/// The convolution of grad_y with the weights turned round and transposed.
inline void conv2d_backward_input(const CpuPaths& paths, TensorView<const float, 4> grad_y,
                                  TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                                  TensorView<float, 4> grad_x)
{
    static const char here = 0;
    const auto weights = PackedWeights::get({&here, paths.name, w.data, o.precision}, [&] {
        const Operand taps(w, o.precision);
        return transform_weights(paths, w.extent(0), w.extent(3),
                                 [&](Index i, Index j, Index k) { return &taps.view(k, 2 - i, 2 - j, 0); });
    });
    conv2d_transformed(paths, Operand(grad_y, o.precision).view, *weights, 2 - o.padding, into, grad_x);
}

/// Adds G' [sum over tiles of (B' x B) . (A g A')] G to grad_w. Tiles go by groups whose transforms fit a third-level
/// cache: threads first share their strips, then the matrix products of the 36 numbers, so that every sum is made by
/// one thread in one order.
inline void conv2d_backward_weight(const CpuPaths& paths, TensorView<const float, 4> x,
                                   TensorView<const float, 4> grad_y, Conv2dOptions o, TensorView<float, 4> grad_w)
{
    constexpr Index group_floats = Index{1} << 22, cached = 128; // tiles that stay in the first-level cache
    const Index in = x.extent(3), out = grad_y.extent(3), in_block = paths.wide, out_block = 3 * paths.lanes;
    const Index in_blocks = (in + in_block - 1) / in_block, out_blocks = (out + out_block - 1) / out_block;
    const Operand left(x, o.precision), right(grad_y, o.precision);
    const Tiles tiles(grad_y);
    const Index group =
        std::clamp<Index>(group_floats / (numbers * (in + out)), 64, std::max<Index>(tiles.count(), 64));
    const Index in_apart = apart(group * in_block * in_blocks), out_apart = apart(group * out_block * out_blocks);
    const auto inputs = Tensor<float>::empty({numbers * in_apart + 2 * paths.lanes}),
               gradients = Tensor<float>::empty({numbers * out_apart}),
               sums = Tensor<float>::zeros({numbers, apart(out * in)});
    for (Index start = 0; start < tiles.count(); start += group) {
        const Index count = std::min(group, tiles.count() - start);
        const Index strip = strip_of(count);
        parallel_for((count + strip - 1) / strip, 1, [&](Index begin, Index end) {
            Scratch& s = scratch();
            for (Index item = begin; item < end; ++item) {
                const Index t = item * strip, some = std::min(strip, count - t);
                tiles.point(left.view, start + t, some, 6, o.padding, s.zero(in), s.inputs);
                paths.winograd_input(some, in, s.inputs.data(),
                                     {inputs.data() + t * in_block, in_apart, in_block, group * in_block});
                tiles.point(right.view, start + t, some, 4, 0, s.zero(out), s.inputs);
                paths.winograd_gradient(some, out, s.inputs.data(),
                                        {gradients.data() + t * out_block, out_apart, out_block, group * out_block});
            }
        });
        parallel_for(numbers * out_blocks, 1, [&](Index begin, Index end) {
            for (Index item = begin; item < end; ++item) {
                const Index k = item / out_blocks, channel = item % out_blocks * out_block;
                const float* g = gradients.data() + k * out_apart + channel * group;
                for (Index n = 0; n < in; n += in_block)
                    for (Index t = 0; t < count; t += cached) {
                        const float* row = inputs.data() + k * in_apart + n * group + t * in_block;
                        paths.conv_weight_band({.rows = 1,
                                                .pixels = std::min(cached, count - t),
                                                .out = std::min(out_block, out - channel),
                                                .run = std::min(in_block, in - n),
                                                .inputs = &row,
                                                .row_stride = 1,
                                                .pixel_stride = in_block,
                                                .grad_y = g + t * out_block,
                                                .grad_row = 0,
                                                .grad_stride = out_block,
                                                .grad_w = sums.data() + k * apart(out * in) + channel * in + n,
                                                .w_stride = in});
                    }
            }
        });
    }
    parallel_for(out, 8, [&](Index begin, Index end) {
        for (Index n = begin; n < end; ++n) {
            float* taps[9];
            for (Index t = 0; t < 9; ++t) taps[t] = grad_w.data + (n * 9 + t) * in;
            paths.winograd_weight_gradient(in, sums.data() + n * in, apart(out * in), taps);
        }
    });
}

} // namespace gwsd::kernels::winograd
