#pragma once

#include <cmath>
#include <memory>
#include <string>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/pointwise.hpp"

namespace gwsd::ops {

namespace detail {

/// Pieces of pointwise loops: small enough to share, large enough to be worth it.
inline constexpr Index pointwise_grain = 8192;

/// Adds term(i) to the i-th element of a gradient, or writes it if it is the first; nothing without a slot.
template <class T, class Device, class Term>
void add_to(const std::shared_ptr<Gradient<T, Device>>& slot, const Term& term)
{
    if (!slot) return;
    const auto [sum, add] = slot->target();
    T* to = sum.data();
    parallel_for(sum.elements(), pointwise_grain, [&, add = add](Index begin, Index end) {
        if (add)
            for (Index i = begin; i < end; ++i) to[i] += term(i);
        else
            for (Index i = begin; i < end; ++i) to[i] = term(i);
    });
}

/// y = f(x) elementwise, where function(n, x, y) does n elements; dx += slope(x, y) * dy.
template <class T, class Device, class Function, class Slope>
Variable<T, Device> pointwise(const Variable<T, Device>& x, Function function, Slope slope)
{
    auto y = Tensor<T, Device>::empty(x.shape());
    parallel_for(y.elements(), pointwise_grain, [&, from = x.value().data()](Index begin, Index end) {
        function(end - begin, from + begin, y.data() + begin);
    });
    auto backward = [x = x.value(), y, dx = x.gradient(), slope](const Tensor<T, Device>& grad) {
        add_to(dx, [&, g = grad.data(), a = x.data(), b = y.data()](Index i) { return g[i] * slope(a[i], b[i]); });
    };
    return record(y, std::move(backward), x);
}

/// y = f(a, b) elementwise; da += slope_a(a, b) * dy and db likewise.
template <class T, class Device, class Function, class SlopeA, class SlopeB>
Variable<T, Device> pointwise(const char* name, const Variable<T, Device>& a, const Variable<T, Device>& b,
                              Function function, SlopeA slope_a, SlopeB slope_b)
{
    if (!(a.shape() == b.shape()))
        throw ShapeError(std::string(name) + ": expects equal shapes, got " + to_string(a.shape()) + " and " +
                         to_string(b.shape()));
    auto y = Tensor<T, Device>::empty(a.shape());
    parallel_for(y.elements(), pointwise_grain,
                 [&, x = a.value().data(), z = b.value().data(), to = y.data()](Index begin, Index end) {
                     for (Index i = begin; i < end; ++i) to[i] = function(x[i], z[i]);
                 });
    auto backward = [av = a.value(), bv = b.value(), da = a.gradient(), db = b.gradient(), slope_a,
                     slope_b](const Tensor<T, Device>& grad) {
        const T *g = grad.data(), *x = av.data(), *z = bv.data();
        add_to(da, [&](Index i) { return g[i] * slope_a(x[i], z[i]); });
        add_to(db, [&](Index i) { return g[i] * slope_b(x[i], z[i]); });
    };
    return record(std::move(y), std::move(backward), a, b);
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

template <class T, class Device>
Variable<T, Device> exp(const Variable<T, Device>& x)
{
    return detail::pointwise(
        x,
        [](Index n, const T* a, T* y) {
            for (Index i = 0; i < n; ++i) y[i] = std::exp(a[i]);
        },
        [](T, T y) { return y; });
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

template <class T, class Device>
Variable<T, Device> add(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return detail::pointwise(
        "add", a, b, [](T x, T z) { return x + z; }, [](T, T) { return T{1}; }, [](T, T) { return T{1}; });
}

template <class T, class Device>
Variable<T, Device> subtract(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return detail::pointwise(
        "subtract", a, b, [](T x, T z) { return x - z; }, [](T, T) { return T{1}; }, [](T, T) { return T{-1}; });
}

template <class T, class Device>
Variable<T, Device> multiply(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return detail::pointwise(
        "multiply", a, b, [](T x, T z) { return x * z; }, [](T, T z) { return z; }, [](T x, T) { return x; });
}

} // namespace gwsd::ops
