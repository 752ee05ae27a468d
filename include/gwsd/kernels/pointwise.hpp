#pragma once

#include <cmath>
#include <type_traits>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/pointwise_cuda.hpp"
#include "gwsd/kernels/pointwise_functions.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/cpu_paths.hpp"
#endif

namespace gwsd::kernels {

namespace detail {

/// Pieces of pointwise loops: small enough to share, large enough to be worth it.
inline constexpr Index pointwise_grain = 8192;

/// The processor's function on whole arrays, or null.
template <class T, class F>
auto tuned([[maybe_unused]] const F& f)
{
    void (*function)(Index, const float*, float*) = nullptr;
#ifdef GWSD_HAVE_CPU_KERNELS
    if constexpr (std::is_same_v<F, Sigmoid<float>> || std::is_same_v<F, Silu<float>>) function = cpu_paths().sigmoid;
    if constexpr (std::is_same_v<F, Tanh<float>>) function = cpu_paths().tanh;
#endif
    return function;
}

/// to[i] = term(i), or added to it.
template <class T, class Term>
void put(Index n, bool add, T* to, const Term& term)
{
    parallel_for(n, pointwise_grain, [&](Index begin, Index end) {
        if (add)
            for (Index i = begin; i < end; ++i) to[i] += term(i);
        else
            for (Index i = begin; i < end; ++i) to[i] = term(i);
    });
}

} // namespace detail

/// y = f(x) elementwise.
template <class T, class F>
void map(Cpu, const F& f, Index n, const T* x, T* y)
{
    parallel_for(n, detail::pointwise_grain, [&](Index begin, Index end) {
        if constexpr (std::is_same_v<T, float>)
            if (const auto tuned = detail::tuned<T>(f)) {
                tuned(end - begin, x + begin, y + begin);
                if constexpr (std::is_same_v<F, Silu<float>>)
                    for (Index i = begin; i < end; ++i) y[i] *= x[i];
                return;
            }
        for (Index i = begin; i < end; ++i) y[i] = f(x[i]);
    });
}

/// grad_x = slope(x, y) * grad_y, written or added.
template <class T, class F>
void map_backward(Cpu, const F& f, Index n, const T* x, const T* y, const T* grad_y, bool add, T* grad_x)
{
    detail::put(n, add, grad_x, [&](Index i) { return grad_y[i] * f.slope(x[i], y[i]); });
}

/// y = f(a, b) elementwise.
template <class T, class F>
void zip(Cpu, const F& f, Index n, const T* a, const T* b, T* y)
{
    detail::put(n, false, y, [&](Index i) { return f(a[i], b[i]); });
}

/// grad_a = slope_a(a, b) * grad_y, written or added; likewise for b.
template <class T, class F>
void zip_backward_a(Cpu, const F& f, Index n, const T* a, const T* b, const T* grad_y, bool add, T* grad_a)
{
    detail::put(n, add, grad_a, [&](Index i) { return grad_y[i] * f.slope_a(a[i], b[i]); });
}
template <class T, class F>
void zip_backward_b(Cpu, const F& f, Index n, const T* a, const T* b, const T* grad_y, bool add, T* grad_b)
{
    detail::put(n, add, grad_b, [&](Index i) { return grad_y[i] * f.slope_b(a[i], b[i]); });
}

} // namespace gwsd::kernels
