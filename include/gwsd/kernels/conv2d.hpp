#pragma once

#include <algorithm>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/conv2d_cuda.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/kernels/gemm.hpp"
#include "gwsd/kernels/packed_weights.hpp"
#include "gwsd/kernels/rounded.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/conv2d_library.hpp"
#include "gwsd/kernels/conv2d_tiles.hpp"
#include "gwsd/kernels/conv2d_tuned.hpp"
#include "gwsd/kernels/conv2d_winograd.hpp"
#endif
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

// y[b, r, c, o] = bias[o] + sum over i, j, k of w[o, i, j, k] * x[b, r s - p + i, c s - p + j, k], zero outside x, with
// stride s and padding p. The forms below serve any T; f32 takes the tuned ones where the build and the processor have
// them.

/// Columns c of an output row for which input column c * stride - padding + tap lies in [0, cols).
struct ColumnRange {
    Index first, last; ///< [first, last)
    ColumnRange(Index tap, Index cols, Index out_cols, const Conv2dOptions& o)
    {
        const Index shift = o.padding - tap;
        first = shift > 0 ? (shift + o.stride - 1) / o.stride : 0;
        last = std::min(out_cols, cols + shift > 0 ? (cols + shift - 1) / o.stride + 1 : 0);
    }
};

/// Writes the bias, or zero, unless the result is to be added to what is there.
template <class T>
void start(TensorView<T, 4> y, Conv2dInto<T> into)
{
    if (into.add) return;
    const Index channels = y.extent(3);
    parallel_for(y.elements() / std::max<Index>(channels, 1), 1024, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i)
            into.bias ? std::copy_n(into.bias, channels, y.data + i * channels)
                      : std::fill_n(y.data + i * channels, channels, T{});
    });
}

/// Without tiles bf16 arithmetic is that of f32 on rounded operands: conv(a, b) with both rounded, in f32.
template <class Conv>
void on_rounded(TensorView<const float, 4> a, TensorView<const float, 4> b, Conv2dOptions o, const Conv& conv)
{
    const PackedWeights::Off off;
    const Tensor<float> left = rounded_to_bf16(a), right = rounded_to_bf16(b);
    o.precision = Precision::f32;
    conv(TensorView<const float, 4>(left.view<4>()), TensorView<const float, 4>(right.view<4>()), o);
}

/// The convolution of x with w. One thread a row of y; each tap of the kernel is a small matrix product of a
/// row of pixels with the tap's [in, out] weights, so that nothing is copied but the weights.
template <class T>
void conv2d_forward(Cpu, TensorView<const T, 4> x, TensorView<const T, 4> w, Conv2dOptions o, TensorView<T, 4> y,
                    Conv2dInto<T> into = {})
{
    if constexpr (std::is_same_v<T, float>) {
#ifdef GWSD_HAVE_CPU_KERNELS
        if (const auto* library = cpu_paths().library; library && library->forward(x, w, o, into, y)) return;
        if (const auto* tiles = cpu_paths().tiles; tiles && o.precision != Precision::f32)
            return tiled::conv2d_forward(*tiles, x, w, o, into, y);
        if (o.precision != Precision::f32 && winograd::suits(cpu_paths(), w, o))
            return winograd::conv2d_forward(cpu_paths(), x, w, o, into, y);
#endif
        if (o.precision == Precision::bf16)
            return on_rounded(x, w, o,
                              [&](auto a, auto b, auto exact) { conv2d_forward<T>(Cpu{}, a, b, exact, y, into); });
#ifdef GWSD_HAVE_CPU_KERNELS
        if (cpu_paths().conv_band) return tuned::conv2d_forward(cpu_paths(), x, w, o, into, y);
#endif
    }
    start(y, into);
    const Index in = x.extent(3), out = y.extent(3), rows = w.extent(1), cols = w.extent(2);
    std::vector<T> packed(static_cast<std::size_t>(w.elements())); // [tap][in][out]
    for (Index n = 0; n < out; ++n)
        for (Index tap = 0; tap < rows * cols; ++tap)
            for (Index k = 0; k < in; ++k)
                packed[static_cast<std::size_t>((tap * in + k) * out + n)] = w.data[(n * rows * cols + tap) * in + k];
    parallel_for(y.extent(0) * y.extent(1), 1, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index b = line / y.extent(1), r = line % y.extent(1);
            for (Index i = 0; i < rows; ++i) {
                const Index row = r * o.stride - o.padding + i;
                if (row < 0 || row >= x.extent(1)) continue;
                for (Index j = 0; j < cols; ++j) {
                    const ColumnRange range(j, x.extent(2), y.extent(2), o);
                    if (range.first >= range.last) continue;
                    const Index col = range.first * o.stride - o.padding + j;
                    gemm(Cpu{}, range.last - range.first, out, in,
                         StridedMatrix<T>{&x(b, row, col, 0), o.stride * in, 1},
                         packed.data() + (i * cols + j) * in * out, out, &y(b, r, range.first, 0), out);
                }
            }
        }
    });
}

/// True where the gradient with respect to the input is itself a convolution, or products that do not overlap.
inline bool turns_round(TensorView<const float, 4> w, Conv2dOptions o)
{
    const bool ordinary = o.stride == 1 && w.extent(1) == w.extent(2) && o.padding < w.extent(1);
    const bool apart = o.stride > 1 && o.padding == 0 && w.extent(1) == o.stride && w.extent(2) == o.stride;
    return ordinary || apart;
}

/// The gradient with respect to x; the weights are read where they lie. One thread a row of grad_x.
template <class T>
void conv2d_backward_input(Cpu, TensorView<const T, 4> grad_y, TensorView<const T, 4> w, Conv2dOptions o,
                           TensorView<T, 4> grad_x, Conv2dInto<T> into = {})
{
    if constexpr (std::is_same_v<T, float>) {
#ifdef GWSD_HAVE_CPU_KERNELS
        if (const auto* library = cpu_paths().library; library && library->backward_input(grad_y, w, o, into, grad_x))
            return;
        if (const auto* tiles = cpu_paths().tiles; tiles && o.precision != Precision::f32 && turns_round(w, o))
            return tiled::conv2d_backward_input(*tiles, grad_y, w, o, into, grad_x);
        if (o.precision != Precision::f32 && winograd::suits(cpu_paths(), w, o))
            return winograd::conv2d_backward_input(cpu_paths(), grad_y, w, o, into, grad_x);
#endif
        if (o.precision == Precision::bf16)
            return on_rounded(grad_y, w, o, [&](auto a, auto b, auto exact) {
                conv2d_backward_input<T>(Cpu{}, a, b, exact, grad_x, into);
            });
#ifdef GWSD_HAVE_CPU_KERNELS
        if (cpu_paths().conv_band && turns_round(w, o))
            return tuned::conv2d_backward_input(cpu_paths(), grad_y, w, o, into, grad_x);
#endif
    }
    start(grad_x, into);
    const Index in = grad_x.extent(3), out = grad_y.extent(3), rows = w.extent(1), cols = w.extent(2);
    parallel_for(grad_x.extent(0) * grad_x.extent(1), 1, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index b = line / grad_x.extent(1), row = line % grad_x.extent(1);
            for (Index i = 0; i < rows; ++i) {
                const Index strided = row + o.padding - i;
                if (strided < 0 || strided % o.stride != 0 || strided / o.stride >= grad_y.extent(1)) continue;
                const Index r = strided / o.stride;
                for (Index j = 0; j < cols; ++j) {
                    const ColumnRange range(j, grad_x.extent(2), grad_y.extent(2), o);
                    if (range.first >= range.last) continue;
                    const Index col = range.first * o.stride - o.padding + j;
                    gemm(Cpu{}, range.last - range.first, in, out,
                         StridedMatrix<T>{&grad_y(b, r, range.first, 0), out, 1}, &w(0, i, j, 0), rows * cols * in,
                         &grad_x(b, row, col, 0), o.stride * in);
                }
            }
        }
    });
}

/// Adds to grad_w. One thread a range of output channels, so that every element is summed in one order by one thread.
template <class T>
void conv2d_backward_weight(Cpu, TensorView<const T, 4> x, TensorView<const T, 4> grad_y, Conv2dOptions o,
                            TensorView<T, 4> grad_w)
{
    if constexpr (std::is_same_v<T, float>) {
#ifdef GWSD_HAVE_CPU_KERNELS
        if (const auto* library = cpu_paths().library; library && library->backward_weight(x, grad_y, o, grad_w))
            return;
        if (const auto* tiles = cpu_paths().tiles; tiles && o.precision != Precision::f32)
            return tiled::conv2d_backward_weight(*tiles, x, grad_y, o, grad_w);
        if (o.precision != Precision::f32 && winograd::suits(cpu_paths(), grad_w, o))
            return winograd::conv2d_backward_weight(cpu_paths(), x, grad_y, o, grad_w);
#endif
        if (o.precision == Precision::bf16)
            return on_rounded(x, grad_y, o, [&](auto a, auto b, auto exact) {
                conv2d_backward_weight<T>(Cpu{}, a, b, exact, grad_w);
            });
#ifdef GWSD_HAVE_CPU_KERNELS
        if (cpu_paths().conv_weight_band) return tuned::conv2d_backward_weight(cpu_paths(), x, grad_y, o, grad_w);
#endif
    }
    const Index in = x.extent(3), out = grad_y.extent(3), rows = grad_w.extent(1), cols = grad_w.extent(2);
    parallel_for(out, 8, [&](Index begin, Index end) {
        for (Index b = 0; b < x.extent(0); ++b)
            for (Index r = 0; r < grad_y.extent(1); ++r)
                for (Index i = 0; i < rows; ++i) {
                    const Index row = r * o.stride - o.padding + i;
                    if (row < 0 || row >= x.extent(1)) continue;
                    for (Index j = 0; j < cols; ++j) {
                        const ColumnRange range(j, x.extent(2), grad_y.extent(2), o);
                        if (range.first >= range.last) continue;
                        const Index col = range.first * o.stride - o.padding + j;
                        gemm(Cpu{}, end - begin, in, range.last - range.first,
                             StridedMatrix<T>{&grad_y(b, r, range.first, begin), 1, out}, &x(b, row, col, 0),
                             o.stride * in, &grad_w(begin, i, j, 0), rows * cols * in);
                    }
                }
    });
}

} // namespace gwsd::kernels
