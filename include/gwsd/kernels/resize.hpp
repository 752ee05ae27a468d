#pragma once

#include <algorithm>
#include <vector>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/resize_cuda.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

/// Output position i reads inputs low and high with weights 1 - share and share (half-pixel centres, clamped edges).
struct ResizeTap {
    Index low, high;
    double share;
};

inline std::vector<ResizeTap> resize_taps(Index in, Index out)
{
    std::vector<ResizeTap> taps;
    for (Index i = 0; i < out; ++i) {
        const double centre = (static_cast<double>(i) + 0.5) * static_cast<double>(in) / static_cast<double>(out) - 0.5;
        const double clamped = std::max(0.0, centre);
        const auto low = std::min(static_cast<Index>(clamped), in - 1);
        taps.push_back({low, std::min(low + 1, in - 1), clamped - static_cast<double>(low)});
    }
    return taps;
}

/// y = bilinear interpolation of x at y's pixel centres. One thread a row of y.
template <class T>
void resize_bilinear_forward(Cpu, TensorView<const T, 4> x, TensorView<T, 4> y)
{
    const auto row_taps = resize_taps(x.extent(1), y.extent(1)), col_taps = resize_taps(x.extent(2), y.extent(2));
    const Index rows = y.extent(1), channels = x.extent(3);
    parallel_for(y.extent(0) * rows, 4, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index b = line / rows, r = line % rows;
            const ResizeTap& tr = row_taps[static_cast<std::size_t>(r)];
            for (Index c = 0; c < y.extent(2); ++c) {
                const ResizeTap& tc = col_taps[static_cast<std::size_t>(c)];
                const T v = static_cast<T>(tr.share), h = static_cast<T>(tc.share);
                const T *a = &x(b, tr.low, tc.low, 0), *a1 = &x(b, tr.low, tc.high, 0), *d = &x(b, tr.high, tc.low, 0),
                        *d1 = &x(b, tr.high, tc.high, 0);
                T* to = &y(b, r, c, 0);
                for (Index k = 0; k < channels; ++k)
                    to[k] = (1 - v) * ((1 - h) * a[k] + h * a1[k]) + v * ((1 - h) * d[k] + h * d1[k]);
            }
        }
    });
}

/// Adds to grad_x. It gathers: every row of grad_x is summed by one thread, in one order.
template <class T>
void resize_bilinear_backward(Cpu, TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x)
{
    const Index rows = grad_x.extent(1), out_rows = grad_y.extent(1), out_cols = grad_y.extent(2),
                channels = grad_y.extent(3);
    const auto row_taps = resize_taps(rows, out_rows), col_taps = resize_taps(grad_x.extent(2), out_cols);
    parallel_for(grad_x.extent(0) * rows, 1, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index b = line / rows, row = line % rows;
            for (Index r = 0; r < out_rows; ++r) {
                const ResizeTap& tr = row_taps[static_cast<std::size_t>(r)];
                const double v = (tr.low == row ? 1 - tr.share : 0) + (tr.high == row ? tr.share : 0);
                if (v == 0) continue;
                for (Index c = 0; c < out_cols; ++c) {
                    const ResizeTap& tc = col_taps[static_cast<std::size_t>(c)];
                    const T left = static_cast<T>(v * (1 - tc.share)), right = static_cast<T>(v * tc.share);
                    const T* from = &grad_y(b, r, c, 0);
                    T *low = &grad_x(b, row, tc.low, 0), *high = &grad_x(b, row, tc.high, 0);
                    for (Index k = 0; k < channels; ++k) low[k] += left * from[k];
                    for (Index k = 0; k < channels; ++k) high[k] += right * from[k];
                }
            }
        }
    });
}

} // namespace gwsd::kernels
