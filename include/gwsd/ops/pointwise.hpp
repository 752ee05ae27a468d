#pragma once

#include <cmath>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/pointwise.hpp"

namespace gwsd::ops {

namespace detail {

template <class T, class Device>
void same_shape(const char* name, const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    if (!(a.shape() == b.shape()))
        throw ShapeError(std::string(name) + ": expects equal shapes, got " + to_string(a.shape()) + " and " +
                         to_string(b.shape()));
}

/// y = f(x) elementwise; dx += slope(x, y) * dy.
template <class T, class Device, class Function, class Slope>
Variable<T, Device> pointwise(const Variable<T, Device>& x, Function function, Slope slope)
{
    auto y = Tensor<T, Device>::empty(x.shape());
    function(y.elements(), x.value().data(), y.data());
    auto backward = [x = x.value(), y, dx = x.gradient(), slope](const Tensor<T, Device>& grad) {
        T* out = dx->sum().data();
        parallel_for(grad.elements(), 4096, [&](Index begin, Index end) {
            for (Index i = begin; i < end; ++i) out[i] += grad.data()[i] * slope(x.data()[i], y.data()[i]);
        });
    };
    return record(y, std::move(backward), x);
}

} // namespace detail

template <class T, class Device>
Variable<T, Device> relu(const Variable<T, Device>& x)
{
    return detail::pointwise(
        x,
        [](Index n, const T* a, T* y) {
            for (Index i = 0; i < n; ++i) y[i] = a[i] > 0 ? a[i] : T{};
        },
        [](T a, T) { return a > 0 ? T{1} : T{}; });
}

/// 1 / (1 + exp(-x))
template <class T, class Device>
Variable<T, Device> sigmoid(const Variable<T, Device>& x)
{
    return detail::pointwise(
        x, [](Index n, const T* a, T* y) { kernels::sigmoid(Device{}, n, a, y); }, [](T, T y) { return y * (1 - y); });
}

template <class T, class Device>
Variable<T, Device> tanh(const Variable<T, Device>& x)
{
    return detail::pointwise(
        x, [](Index n, const T* a, T* y) { kernels::tanh(Device{}, n, a, y); }, [](T, T y) { return 1 - y * y; });
}

/// x * sigmoid(x), also known as swish
template <class T, class Device>
Variable<T, Device> silu(const Variable<T, Device>& x)
{
    return detail::pointwise(
        x, [](Index n, const T* a, T* y) { kernels::silu(Device{}, n, a, y); },
        [](T a, T y) {
            const T s = a != 0 ? y / a : T(0.5); // sigmoid(a), from the stored output
            return s + y * (1 - s);
        });
}

/// log(1 + exp(x)), without overflow
template <class T, class Device>
Variable<T, Device> softplus(const Variable<T, Device>& x)
{
    return detail::pointwise(
        x,
        [](Index n, const T* a, T* y) {
            for (Index i = 0; i < n; ++i) y[i] = std::max(a[i], T{}) + std::log1p(std::exp(-std::abs(a[i])));
        },
        [](T a, T) { return 1 / (1 + std::exp(-a)); });
}

/// min(max(x, low), high); the gradient is zero outside.
template <class T, class Device>
Variable<T, Device> clamp(const Variable<T, Device>& x, T low, T high)
{
    if (!(low <= high))
        throw ShapeError("clamp: expects low <= high, got " + std::to_string(low) + " and " + std::to_string(high));
    return detail::pointwise(
        x,
        [low, high](Index n, const T* a, T* y) {
            for (Index i = 0; i < n; ++i) y[i] = std::min(std::max(a[i], low), high);
        },
        [low, high](T a, T) { return a >= low && a <= high ? T{1} : T{}; });
}

template <class T, class Device>
Variable<T, Device> scale(const Variable<T, Device>& x, T factor)
{
    return detail::pointwise(
        x,
        [factor](Index n, const T* a, T* y) {
            for (Index i = 0; i < n; ++i) y[i] = factor * a[i];
        },
        [factor](T, T) { return factor; });
}

template <class T, class Device>
Variable<T, Device> add_scalar(const Variable<T, Device>& x, T addend)
{
    return detail::pointwise(
        x,
        [addend](Index n, const T* a, T* y) {
            for (Index i = 0; i < n; ++i) y[i] = a[i] + addend;
        },
        [](T, T) { return T{1}; });
}

/// a + sign * b
template <class T, class Device>
Variable<T, Device> add(const Variable<T, Device>& a, const Variable<T, Device>& b, T sign = T{1})
{
    detail::same_shape("add", a, b);
    auto y = Tensor<T, Device>::empty(a.shape());
    for (Index i = 0; i < y.elements(); ++i) y.data()[i] = a.value().data()[i] + sign * b.value().data()[i];
    auto backward = [da = a.gradient(), db = b.gradient(), sign](const Tensor<T, Device>& grad) {
        for (Index i = 0; da && i < grad.elements(); ++i) da->sum().data()[i] += grad.data()[i];
        for (Index i = 0; db && i < grad.elements(); ++i) db->sum().data()[i] += sign * grad.data()[i];
    };
    return record(std::move(y), std::move(backward), a, b);
}

template <class T, class Device>
Variable<T, Device> subtract(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return add(a, b, T{-1});
}

template <class T, class Device>
Variable<T, Device> multiply(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    detail::same_shape("multiply", a, b);
    auto y = Tensor<T, Device>::empty(a.shape());
    for (Index i = 0; i < y.elements(); ++i) y.data()[i] = a.value().data()[i] * b.value().data()[i];
    auto backward = [x = a.value(), z = b.value(), da = a.gradient(),
                     db = b.gradient()](const Tensor<T, Device>& grad) {
        for (Index i = 0; da && i < grad.elements(); ++i) da->sum().data()[i] += grad.data()[i] * z.data()[i];
        for (Index i = 0; db && i < grad.elements(); ++i) db->sum().data()[i] += grad.data()[i] * x.data()[i];
    };
    return record(std::move(y), std::move(backward), a, b);
}

} // namespace gwsd::ops
