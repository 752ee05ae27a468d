#pragma once

#include <string>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/pointwise.hpp"

namespace gwsd::ops {

namespace detail {

/// y = f(x) elementwise.
template <class T, class Device, class F>
Variable<T, Device> map(const Variable<T, Device>& x, const F& f)
{
    const auto y = Tensor<T, Device>::empty(x.shape());
    kernels::map(Device{}, f, y.elements(), x.value().data(), y.data());
    auto backward = [f, x = x.value(), y, dx = x.gradient()](const Tensor<T, Device>& grad) {
        const auto [sum, add] = dx->target();
        kernels::map_backward(Device{}, f, y.elements(), x.data(), y.data(), grad.data(), add, sum.data());
    };
    return record(y, std::move(backward), x);
}

/// y = f(a, b) elementwise. Throws ShapeError.
template <class T, class Device, class F>
Variable<T, Device> zip(const char* name, const Variable<T, Device>& a, const Variable<T, Device>& b, const F& f)
{
    if (!(a.shape() == b.shape()))
        throw ShapeError(std::string(name) + ": expects equal shapes, got " + to_string(a.shape()) + " and " +
                         to_string(b.shape()));
    auto y = Tensor<T, Device>::empty(a.shape());
    kernels::zip(Device{}, f, y.elements(), a.value().data(), b.value().data(), y.data());
    auto backward = [f, a = a.value(), b = b.value(), da = a.gradient(),
                     db = b.gradient()](const Tensor<T, Device>& grad) {
        const Index n = grad.elements();
        if (da) {
            const auto [sum, add] = da->target();
            kernels::zip_backward_a(Device{}, f, n, a.data(), b.data(), grad.data(), add, sum.data());
        }
        if (db) {
            const auto [sum, add] = db->target();
            kernels::zip_backward_b(Device{}, f, n, a.data(), b.data(), grad.data(), add, sum.data());
        }
    };
    return record(std::move(y), std::move(backward), a, b);
}

} // namespace detail

// Formulas in kernels/pointwise_functions.hpp.

template <class T, class Device>
Variable<T, Device> relu(const Variable<T, Device>& x)
{
    return detail::map(x, kernels::Relu<T>{});
}

template <class T, class Device>
Variable<T, Device> sigmoid(const Variable<T, Device>& x)
{
    return detail::map(x, kernels::Sigmoid<T>{});
}

template <class T, class Device>
Variable<T, Device> tanh(const Variable<T, Device>& x)
{
    return detail::map(x, kernels::Tanh<T>{});
}

template <class T, class Device>
Variable<T, Device> silu(const Variable<T, Device>& x)
{
    return detail::map(x, kernels::Silu<T>{});
}

template <class T, class Device>
Variable<T, Device> softplus(const Variable<T, Device>& x)
{
    return detail::map(x, kernels::Softplus<T>{});
}

template <class T, class Device>
Variable<T, Device> exp(const Variable<T, Device>& x)
{
    return detail::map(x, kernels::Exp<T>{});
}

/// Throws ShapeError unless low <= high.
template <class T, class Device>
Variable<T, Device> clamp(const Variable<T, Device>& x, T low, T high)
{
    if (!(low <= high))
        throw ShapeError("clamp: expects low <= high, got " + std::to_string(low) + " and " + std::to_string(high));
    return detail::map(x, kernels::Clamp<T>{low, high});
}

template <class T, class Device>
Variable<T, Device> scale(const Variable<T, Device>& x, T factor)
{
    return detail::map(x, kernels::Scale<T>{factor});
}

template <class T, class Device>
Variable<T, Device> add_scalar(const Variable<T, Device>& x, T addend)
{
    return detail::map(x, kernels::AddScalar<T>{addend});
}

/// Throws ShapeError for unequal shapes, as subtract and multiply do.
template <class T, class Device>
Variable<T, Device> add(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return detail::zip("add", a, b, kernels::Add<T>{});
}

template <class T, class Device>
Variable<T, Device> subtract(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return detail::zip("subtract", a, b, kernels::Subtract<T>{});
}

template <class T, class Device>
Variable<T, Device> multiply(const Variable<T, Device>& a, const Variable<T, Device>& b)
{
    return detail::zip("multiply", a, b, kernels::Multiply<T>{});
}

} // namespace gwsd::ops
