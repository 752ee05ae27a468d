#pragma once

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/resize.hpp"

namespace gwsd::ops {

/// Bilinear resize to rows x cols with half-pixel centres (align_corners false). x [batch, rows, cols, channels].
/// Throws ShapeError.
template <class T, class Device>
Variable<T, Device> resize_bilinear(const Variable<T, Device>& x, Index rows, Index cols)
{
    const Shape& s = x.shape();
    if (s.rank() != 4 || s[1] < 1 || s[2] < 1)
        throw ShapeError("resize_bilinear: expects input [batch, rows, cols, channels], got " + to_string(s));
    if (rows < 1 || cols < 1)
        throw ShapeError("resize_bilinear: expects at least one row and column, got " + std::to_string(rows) + " x " +
                         std::to_string(cols));
    auto y = Tensor<T, Device>::empty({s[0], rows, cols, s[3]});
    const auto view = [](const Tensor<T, Device>& t) { return t.template view<4>(); };
    kernels::resize_bilinear_forward<T>(Device{}, view(x.value()), view(y));
    auto backward = [view, dx = x.gradient()](const Tensor<T, Device>& grad) {
        kernels::resize_bilinear_backward<T>(Device{}, view(grad), view(dx->sum()));
    };
    return record(std::move(y), std::move(backward), x);
}

} // namespace gwsd::ops
