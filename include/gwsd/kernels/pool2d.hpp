#pragma once

#include <algorithm>
#include <vector>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/pool2d_cuda.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

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

/// y = largest value of each window.
template <class T>
void max_pool2d_forward(Cpu, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y)
{
    const Index channels = x.extent(3);
    detail::each_window(x.extent(0), x.extent(1), x.extent(2), y.extent(1), y.extent(2), o,
                        [&](Index small, Index position, Index large) {
                            const T* value = x.data + large * channels;
                            T* best = y.data + small * channels;
                            if (position == 0) return void(std::copy_n(value, channels, best));
                            for (Index k = 0; k < channels; ++k) best[k] = value[k] > best[k] ? value[k] : best[k];
                        });
}

/// grad_x += grad_y at the first pixel of each window that equals its largest value y.
template <class T>
void max_pool2d_backward(Cpu, TensorView<const T, 4> x, TensorView<const T, 4> y, TensorView<const T, 4> grad_y,
                         Pool2dOptions o, TensorView<T, 4> grad_x)
{
    const Index channels = grad_x.extent(3);
    detail::each_window(grad_x.extent(0), grad_x.extent(1), grad_x.extent(2), grad_y.extent(1), grad_y.extent(2), o,
                        [&](Index small, Index position, Index large) {
                            static thread_local std::vector<T> left; // what no pixel of this window has taken yet
                            if (position == 0) {
                                const T* g = grad_y.data + small * channels;
                                left.assign(g, g + channels);
                            }
                            const T *value = x.data + large * channels, *best = y.data + small * channels;
                            T *sum = grad_x.data + large * channels, *rest = left.data();
                            for (Index k = 0; k < channels; ++k) {
                                const T taken = value[k] == best[k] ? rest[k] : T{};
                                sum[k] += taken, rest[k] -= taken;
                            }
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
