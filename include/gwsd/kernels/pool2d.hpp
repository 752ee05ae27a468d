#pragma once

#include <algorithm>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

/// Windows of size x size pixels, one every `stride`; what does not fill a window is left out.
struct Pool2dOptions {
    Index size = 2;
    Index stride = 2;
};

namespace detail {

/// Calls work(pixel of the small image, window position, pixel of the large image) for the pixels of every window, in
/// order. Rows of windows that share no pixel are shared among threads, else samples.
template <class Work>
void each_window(Index batch, Index rows, Index cols, Index small_rows, Index small_cols, const Pool2dOptions& o,
                 const Work& work)
{
    const Index apart = o.stride >= o.size ? small_rows : 1, together = small_rows / apart;
    parallel_for(batch * apart, 1, [&](Index begin, Index end) {
        for (Index line = begin * together; line < end * together; ++line) {
            const Index b = line / small_rows, r = line % small_rows;
            for (Index c = 0; c < small_cols; ++c)
                for (Index i = 0; i < o.size; ++i)
                    for (Index j = 0; j < o.size; ++j)
                        work(line * small_cols + c, i * o.size + j,
                             (b * rows + r * o.stride + i) * cols + c * o.stride + j);
        }
    });
}

} // namespace detail

/// y = largest value of each window; winner = its position in the window, the first of equals, as a number of type T,
/// so that both are chosen by the same vector instructions.
template <class T>
void max_pool2d_forward(Cpu, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> winner, TensorView<T, 4> y)
{
    const Index channels = x.extent(3);
    detail::each_window(x.extent(0), x.extent(1), x.extent(2), y.extent(1), y.extent(2), o,
                        [&](Index small, Index position, Index large) {
                            const T* value = x.data + large * channels;
                            T *best = y.data + small * channels, *where = winner.data + small * channels;
                            if (position == 0) {
                                std::copy_n(value, channels, best), std::fill_n(where, channels, T{});
                                return;
                            }
                            const auto here = static_cast<T>(position);
                            for (Index k = 0; k < channels; ++k) {
                                const bool larger = value[k] > best[k];
                                where[k] = larger ? here : where[k];
                                best[k] = larger ? value[k] : best[k];
                            }
                        });
}

/// grad_x += grad_y where the pixel was the largest.
template <class T>
void max_pool2d_backward(Cpu, TensorView<const T, 4> winner, TensorView<const T, 4> grad_y, Pool2dOptions o,
                         TensorView<T, 4> grad_x)
{
    const Index channels = grad_x.extent(3);
    detail::each_window(grad_x.extent(0), grad_x.extent(1), grad_x.extent(2), grad_y.extent(1), grad_y.extent(2), o,
                        [&](Index small, Index position, Index large) {
                            const T *g = grad_y.data + small * channels, *where = winner.data + small * channels;
                            T* sum = grad_x.data + large * channels;
                            const auto here = static_cast<T>(position);
                            for (Index k = 0; k < channels; ++k) sum[k] += where[k] == here ? g[k] : T{};
                        });
}

/// y = mean of each window.
template <class T>
void average_pool2d_forward(Cpu, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y)
{
    const Index channels = x.extent(3);
    const T share = T{1} / static_cast<T>(o.size * o.size);
    detail::each_window(x.extent(0), x.extent(1), x.extent(2), y.extent(1), y.extent(2), o,
                        [&](Index small, Index position, Index large) {
                            const T* value = x.data + large * channels;
                            T* sum = y.data + small * channels;
                            for (Index k = 0; k < channels; ++k)
                                sum[k] = (position == 0 ? T{} : sum[k]) + share * value[k];
                        });
}

/// grad_x += grad_y / size^2 for every pixel of a window.
template <class T>
void average_pool2d_backward(Cpu, TensorView<const T, 4> grad_y, Pool2dOptions o, TensorView<T, 4> grad_x)
{
    const Index channels = grad_x.extent(3);
    const T share = T{1} / static_cast<T>(o.size * o.size);
    detail::each_window(grad_x.extent(0), grad_x.extent(1), grad_x.extent(2), grad_y.extent(1), grad_y.extent(2), o,
                        [&](Index small, Index, Index large) {
                            const T* g = grad_y.data + small * channels;
                            T* sum = grad_x.data + large * channels;
                            for (Index k = 0; k < channels; ++k) sum[k] += share * g[k];
                        });
}

} // namespace gwsd::kernels
