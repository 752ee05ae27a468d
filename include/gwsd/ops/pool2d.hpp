#pragma once

#include <limits>
#include <string>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::ops {

/// Windows of size x size pixels, one every `stride`; what does not fill a window is left out.
struct Pool2dOptions {
    Index size = 2;
    Index stride = 2;
};

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

/// Largest value of each window; the first of equals takes the gradient. x [batch, rows, cols, channels].
template <class T, class Device>
Variable<T, Device> max_pool2d(const Variable<T, Device>& x, Pool2dOptions o = {})
{
    auto y = Tensor<T, Device>::empty(detail::pooled_shape("max_pool2d", x, o));
    auto winner = Tensor<Index, Device>::empty(y.shape()); // offset of the largest value in x
    const auto in = x.value().template view<4>();
    const auto out = y.template view<4>();
    const Index channels = in.extent(3);
    parallel_for(y.extent(0) * y.extent(1), 4, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line) {
            const Index b = line / y.extent(1), r = line % y.extent(1);
            for (Index col = 0; col < y.extent(2); ++col) {
                T* best = &out(b, r, col, 0);
                Index* where = winner.data() + (best - y.data());
                std::fill_n(best, channels, -std::numeric_limits<T>::infinity());
                for (Index i = 0; i < o.size; ++i)
                    for (Index j = 0; j < o.size; ++j) {
                        const T* value = &in(b, r * o.stride + i, col * o.stride + j, 0);
                        const Index offset = value - in.data;
                        for (Index c = 0; c < channels; ++c)
                            if (value[c] > best[c] || (i == 0 && j == 0)) best[c] = value[c], where[c] = offset + c;
                    }
            }
        }
    });
    auto backward = [winner, dx = x.gradient()](const Tensor<T, Device>& grad) {
        // Windows may overlap, so a batch entry is one thread's.
        const Tensor<T, Device>& sum = dx->sum();
        const Index per_sample = grad.elements() / std::max<Index>(grad.extent(0), 1);
        parallel_for(grad.extent(0), 1, [&](Index begin, Index end) {
            for (Index i = begin * per_sample; i < end * per_sample; ++i)
                sum.data()[winner.data()[i]] += grad.data()[i];
        });
    };
    return record(std::move(y), std::move(backward), x);
}

/// Mean of each window. x [batch, rows, cols, channels].
template <class T, class Device>
Variable<T, Device> average_pool2d(const Variable<T, Device>& x, Pool2dOptions o = {})
{
    auto y = Tensor<T, Device>::zeros(detail::pooled_shape("average_pool2d", x, o));
    const T share = T{1} / static_cast<T>(o.size * o.size);
    // Visits every pair of an input and an output pixel; `work` gets both offsets.
    const auto each = [o, rows = y.extent(1), cols = y.extent(2), channels = y.extent(3), in_rows = x.shape()[1],
                       in_cols = x.shape()[2], batch = y.extent(0)](auto work) {
        parallel_for(batch, 1, [&](Index begin, Index end) {
            for (Index b = begin; b < end; ++b)
                for (Index r = 0; r < rows; ++r)
                    for (Index c = 0; c < cols; ++c)
                        for (Index i = 0; i < o.size; ++i)
                            for (Index j = 0; j < o.size; ++j)
                                work(((b * in_rows + r * o.stride + i) * in_cols + c * o.stride + j) * channels,
                                     ((b * rows + r) * cols + c) * channels);
        });
    };
    const Index channels = y.extent(3);
    each([&](Index from, Index to) {
        for (Index c = 0; c < channels; ++c) y.data()[to + c] += share * x.value().data()[from + c];
    });
    auto backward = [each, share, channels, dx = x.gradient()](const Tensor<T, Device>& grad) {
        const Tensor<T, Device>& sum = dx->sum();
        each([&](Index to, Index from) {
            for (Index c = 0; c < channels; ++c) sum.data()[to + c] += share * grad.data()[from + c];
        });
    };
    return record(std::move(y), std::move(backward), x);
}

} // namespace gwsd::ops
