#pragma once

#include <algorithm>
#include <cmath>

#include "gwsd/core/device.hpp"

// Functions of one or two numbers with their slopes, for every device. y is the function's own value, where the slope
// is easier to tell from it.

namespace gwsd::kernels {

template <class T>
struct Relu {
    GWSD_HOST_DEVICE T operator()(T x) const { return x > 0 ? x : T{}; }
    GWSD_HOST_DEVICE T slope(T x, T) const { return x > 0 ? T{1} : T{}; }
};

/// 1 / (1 + exp(-x))
template <class T>
struct Sigmoid {
    GWSD_HOST_DEVICE T operator()(T x) const { return 1 / (1 + std::exp(-x)); }
    GWSD_HOST_DEVICE T slope(T, T y) const { return y * (1 - y); }
};

template <class T>
struct Tanh {
    GWSD_HOST_DEVICE T operator()(T x) const { return std::tanh(x); }
    GWSD_HOST_DEVICE T slope(T, T y) const { return 1 - y * y; }
};

/// x * sigmoid(x), also known as swish
template <class T>
struct Silu {
    GWSD_HOST_DEVICE T operator()(T x) const { return x / (1 + std::exp(-x)); }
    GWSD_HOST_DEVICE T slope(T x, T y) const
    {
        const T s = x != 0 ? y / x : T(0.5); // sigmoid(x), from the stored output
        return s + y * (1 - s);
    }
};

/// log(1 + exp(x)), without overflow
template <class T>
struct Softplus {
    GWSD_HOST_DEVICE T operator()(T x) const { return (x > 0 ? x : T{}) + std::log1p(std::exp(-std::abs(x))); }
    GWSD_HOST_DEVICE T slope(T x, T) const { return 1 / (1 + std::exp(-x)); }
};

template <class T>
struct Exp {
    GWSD_HOST_DEVICE T operator()(T x) const { return std::exp(x); }
    GWSD_HOST_DEVICE T slope(T, T y) const { return y; }
};

/// min(max(x, low), high); the gradient is zero outside.
template <class T>
struct Clamp {
    T low, high;
    GWSD_HOST_DEVICE T operator()(T x) const
    {
        const T above = x < low ? low : x;
        return high < above ? high : above;
    }
    GWSD_HOST_DEVICE T slope(T x, T) const { return x >= low && x <= high ? T{1} : T{}; }
};

template <class T>
struct Scale {
    T factor;
    GWSD_HOST_DEVICE T operator()(T x) const { return factor * x; }
    GWSD_HOST_DEVICE T slope(T, T) const { return factor; }
};

template <class T>
struct AddScalar {
    T addend;
    GWSD_HOST_DEVICE T operator()(T x) const { return x + addend; }
    GWSD_HOST_DEVICE T slope(T, T) const { return T{1}; }
};

template <class T>
struct Add {
    GWSD_HOST_DEVICE T operator()(T a, T b) const { return a + b; }
    GWSD_HOST_DEVICE T slope_a(T, T) const { return T{1}; }
    GWSD_HOST_DEVICE T slope_b(T, T) const { return T{1}; }
};

template <class T>
struct Subtract {
    GWSD_HOST_DEVICE T operator()(T a, T b) const { return a - b; }
    GWSD_HOST_DEVICE T slope_a(T, T) const { return T{1}; }
    GWSD_HOST_DEVICE T slope_b(T, T) const { return T{-1}; }
};

template <class T>
struct Multiply {
    GWSD_HOST_DEVICE T operator()(T a, T b) const { return a * b; }
    GWSD_HOST_DEVICE T slope_a(T, T b) const { return b; }
    GWSD_HOST_DEVICE T slope_b(T a, T) const { return a; }
};

} // namespace gwsd::kernels
