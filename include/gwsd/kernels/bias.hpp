#pragma once

#include <algorithm>
#include <type_traits>
#include <vector>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/bias_cuda.hpp"
#include "gwsd/tensor/tensor_view.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/cpu_paths.hpp"
#endif

namespace gwsd::kernels {

namespace detail {

template <class T>
void column_sums(Index pixels, Index channels, const T* x, T* sums)
{
    for (Index p = 0; p < pixels; ++p)
        for (Index c = 0; c < channels; ++c) sums[c] += x[p * channels + c];
}

} // namespace detail

/// grad_bias[c] += sum over pixels of grad[p, c], for the bias of y[p, c] = ... + bias[c]. Fixed chunks of pixels keep
/// the order of the sum for any number of threads.
template <class T>
void bias_backward(Cpu, TensorView<const T, 2> grad, TensorView<T, 1> grad_bias)
{
    void (*part)(Index, Index, const T*, T*) = detail::column_sums<T>;
#ifdef GWSD_HAVE_CPU_KERNELS
    if constexpr (std::is_same_v<T, float>)
        if (cpu_paths().column_sums) part = cpu_paths().column_sums;
#endif
    constexpr Index chunk = 1024;
    const Index pixels = grad.extent(0), channels = grad.extent(1), chunks = (pixels + chunk - 1) / chunk;
    std::vector<T> partial(static_cast<std::size_t>(chunks * channels));
    parallel_for(chunks, 4, [&](Index begin, Index end) {
        for (Index c = begin; c < end; ++c)
            part(std::min(chunk, pixels - c * chunk), channels, grad.data + c * chunk * channels,
                 partial.data() + c * channels);
    });
    for (Index i = 0; i < chunks * channels; ++i) grad_bias.data[i % channels] += partial[static_cast<std::size_t>(i)];
}

} // namespace gwsd::kernels
