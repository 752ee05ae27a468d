#pragma once

#include <cmath>
#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::ops {

namespace detail {

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

} // namespace detail

/// Bilinear resize to rows x cols with half-pixel centres (align_corners false). x [batch, rows, cols, channels].
/// The backward pass gathers: every input pixel is summed by one thread, in one order. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> resize_bilinear(const Variable<T, Device>& x, Index rows, Index cols)
{
    const Shape& s = x.shape();
    if (s.rank() != 4 || s[1] < 1 || s[2] < 1)
        throw ShapeError("resize_bilinear: expects input [batch, rows, cols, channels], got " + to_string(s));
    if (rows < 1 || cols < 1)
        throw ShapeError("resize_bilinear: expects at least one row and column, got " + std::to_string(rows) + " x " +
                         std::to_string(cols));
    const auto row_taps = detail::resize_taps(s[1], rows), col_taps = detail::resize_taps(s[2], cols);
    auto y = Tensor<T, Device>::empty({s[0], rows, cols, s[3]});
    const auto in = x.value().template view<4>();
    const auto out = y.template view<4>();
    parallel_for(s[0] * rows, 4, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index b = line / rows, r = line % rows;
            const auto& tr = row_taps[static_cast<std::size_t>(r)];
            for (Index c = 0; c < cols; ++c) {
                const auto& tc = col_taps[static_cast<std::size_t>(c)];
                const T v = static_cast<T>(tr.share), h = static_cast<T>(tc.share);
                const T *a = &in(b, tr.low, tc.low, 0), *a1 = &in(b, tr.low, tc.high, 0),
                        *d = &in(b, tr.high, tc.low, 0), *d1 = &in(b, tr.high, tc.high, 0);
                T* to = &out(b, r, c, 0);
                for (Index k = 0; k < s[3]; ++k)
                    to[k] = (1 - v) * ((1 - h) * a[k] + h * a1[k]) + v * ((1 - h) * d[k] + h * d1[k]);
            }
        }
    });
    auto backward = [row_taps, col_taps, dx = x.gradient()](const Tensor<T, Device>& grad) {
        const auto g = grad.template view<4>();
        const auto sum = dx->sum().template view<4>();
        const Index out_rows = g.extent(1), out_cols = g.extent(2), channels = g.extent(3);
        parallel_for(sum.extent(0) * sum.extent(1), 1, [&](Index begin, Index end) {
            for (Index line = begin; line < end; ++line) {
                const Index b = line / sum.extent(1), row = line % sum.extent(1);
                for (Index r = 0; r < out_rows; ++r) {
                    const auto& tr = row_taps[static_cast<std::size_t>(r)];
                    const double v = (tr.low == row ? 1 - tr.share : 0) + (tr.high == row ? tr.share : 0);
                    if (v == 0) continue;
                    for (Index c = 0; c < out_cols; ++c) {
                        const auto& tc = col_taps[static_cast<std::size_t>(c)];
                        const T left = static_cast<T>(v * (1 - tc.share)), right = static_cast<T>(v * tc.share);
                        const T* from = &g(b, r, c, 0);
                        T *low = &sum(b, row, tc.low, 0), *high = &sum(b, row, tc.high, 0);
                        for (Index k = 0; k < channels; ++k) low[k] += left * from[k];
                        for (Index k = 0; k < channels; ++k) high[k] += right * from[k];
                    }
                }
            }
        });
    };
    return record(std::move(y), std::move(backward), x);
}

} // namespace gwsd::ops
