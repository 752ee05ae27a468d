#pragma once

#include <string>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/pool2d.hpp"

namespace gwsd::ops {

using kernels::Pool2dOptions;

namespace detail {

template <class T, class Device>
Shape pooled_shape(const char* name, const Variable<T, Device>& x, Pool2dOptions o)
{
    const Shape& s = x.shape();
    if (s.rank() != 4)
        throw ShapeError(std::string(name) + ": expects input [batch, rows, cols, channels], got " + to_string(s));
    if (o.size < 1 || o.stride < 1 || s[1] < o.size || s[2] < o.size)
        throw ShapeError(std::string(name) + ": windows of " + std::to_string(o.size) + " with stride " +
                         std::to_string(o.stride) + " do not fit input " + to_string(s));
    return {s[0], (s[1] - o.size) / o.stride + 1, (s[2] - o.size) / o.stride + 1, s[3]};
}

} // namespace detail

/// Largest value of each window; the first of equals takes the gradient. x [batch, rows, cols, channels]. Throws
/// ShapeError.
template <class T, class Device>
Variable<T, Device> max_pool2d(const Variable<T, Device>& x, Pool2dOptions o = {})
{
    const auto y = Tensor<T, Device>::empty(detail::pooled_shape("max_pool2d", x, o));
    const auto view = [](const Tensor<T, Device>& t) { return t.template view<4>(); };
    kernels::max_pool2d_forward<T>(Device{}, view(x.value()), o, view(y));
    auto backward = [x, y, o, view](const Tensor<T, Device>& grad) {
        kernels::max_pool2d_backward<T>(Device{}, view(x.value()), view(y), view(grad), o, view(x.gradient()->sum()));
    };
    return record(y, std::move(backward), x);
}

/// Mean of each window. x [batch, rows, cols, channels]. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> average_pool2d(const Variable<T, Device>& x, Pool2dOptions o = {})
{
    const auto y = Tensor<T, Device>::empty(detail::pooled_shape("average_pool2d", x, o));
    const auto view = [](const Tensor<T, Device>& t) { return t.template view<4>(); };
    kernels::average_pool2d_forward<T>(Device{}, view(x.value()), o, view(y));
    auto backward = [o, view, dx = x.gradient()](const Tensor<T, Device>& grad) {
        kernels::average_pool2d_backward<T>(Device{}, view(grad), o, view(dx->sum()));
    };
    return record(y, std::move(backward), x);
}

} // namespace gwsd::ops
