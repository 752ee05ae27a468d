#pragma once

#include <cmath>
#include <type_traits>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/cpu_paths.hpp"
#endif

namespace gwsd::kernels {

namespace detail {

/// Calls the tuned function of the processor's path on pieces of an array if there is one, else the plain one.
template <class T, class Plain>
void map(Index n, const T* x, T* y, [[maybe_unused]] void (*tuned)(Index, const float*, float*), Plain plain)
{
    parallel_for(n, 8192, [&](Index begin, Index end) {
        if constexpr (std::is_same_v<T, float>)
            if (tuned) return tuned(end - begin, x + begin, y + begin);
        for (Index i = begin; i < end; ++i) y[i] = plain(x[i]);
    });
}

} // namespace detail

/// y = 1 / (1 + exp(-x)) elementwise.
template <class T>
void sigmoid(Cpu, Index n, const T* x, T* y)
{
    void (*tuned)(Index, const float*, float*) = nullptr;
#ifdef GWSD_HAVE_CPU_KERNELS
    tuned = cpu_paths().sigmoid;
#endif
    detail::map(n, x, y, tuned, [](T v) { return 1 / (1 + std::exp(-v)); });
}

/// y = tanh(x) elementwise.
template <class T>
void tanh(Cpu, Index n, const T* x, T* y)
{
    void (*tuned)(Index, const float*, float*) = nullptr;
#ifdef GWSD_HAVE_CPU_KERNELS
    tuned = cpu_paths().tanh;
#endif
    detail::map(n, x, y, tuned, [](T v) { return std::tanh(v); });
}

/// y = x / (1 + exp(-x)) elementwise.
template <class T>
void silu(Cpu, Index n, const T* x, T* y)
{
    sigmoid(Cpu{}, n, x, y);
    for (Index i = 0; i < n; ++i) y[i] *= x[i];
}

} // namespace gwsd::kernels
