#pragma once

#include <string>
#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::ops {

/// The same values in another shape.
template <class T, class Device>
Variable<T, Device> reshape(const Variable<T, Device>& x, const Shape& shape)
{
    auto backward = [from = x.shape(), dx = x.gradient()](const Tensor<T, Device>& grad) {
        dx->add(grad.reshape(from));
    };
    return record(x.value().reshape(shape), std::move(backward), x);
}

/// Entries [begin, end) of the first axis, without a copy.
template <class T, class Device>
Variable<T, Device> slice_first(const Variable<T, Device>& x, Index begin, Index end)
{
    auto backward = [begin, end, dx = x.gradient()](const Tensor<T, Device>& grad) {
        T* part = dx->sum().slice(begin, end).data();
        parallel_for(grad.elements(), 16384, [&](Index first, Index last) {
            for (Index i = first; i < last; ++i) part[i] += grad.data()[i];
        });
    };
    return record(x.value().slice(begin, end), std::move(backward), x);
}

/// Joins along the first axis; all other extents must agree.
template <class T, class Device>
Variable<T, Device> concatenate_first(const std::vector<Variable<T, Device>>& parts)
{
    if (parts.empty()) throw ShapeError("concatenate_first: expects at least one part");
    Shape shape = parts[0].shape();
    Index total = 0;
    bool wanted = false;
    for (const auto& part : parts) {
        Shape other = part.shape();
        if (other.rank() != shape.rank() || other.rank() < 1)
            throw ShapeError("concatenate_first: " + to_string(parts[0].shape()) + " and " + to_string(part.shape()) +
                             " differ in rank");
        total += other[0];
        other[0] = shape[0];
        if (!(other == shape))
            throw ShapeError("concatenate_first: " + to_string(parts[0].shape()) + " and " + to_string(part.shape()) +
                             " differ beyond the first axis");
        wanted = wanted || part.requires_gradient();
    }
    shape[0] = total;
    auto y = Tensor<T, Device>::empty(shape);
    T* to = y.data();
    for (const auto& part : parts) to = std::copy_n(part.value().data(), part.value().elements(), to);
    auto backward = [parts](const Tensor<T, Device>& grad) {
        const T* from = grad.data();
        for (const auto& part : parts) {
            const Index count = part.value().elements();
            if (const auto& dx = part.gradient())
                parallel_for(count, 16384, [&, sum = dx->sum().data()](Index first, Index last) {
                    for (Index i = first; i < last; ++i) sum[i] += from[i];
                });
            from += count;
        }
    };
    return record_if(wanted, std::move(y), std::move(backward));
}

/// Channels [begin, end) of the last axis.
template <class T, class Device>
Variable<T, Device> slice_channels(const Variable<T, Device>& x, Index begin, Index end)
{
    Shape shape = x.shape();
    if (shape.rank() < 1 || begin < 0 || end <= begin || end > shape[-1])
        throw ShapeError("slice_channels: [" + std::to_string(begin) + ", " + std::to_string(end) +
                         ") of the last axis of " + to_string(x.shape()));
    const Index channels = shape[-1], width = end - begin;
    shape[-1] = width;
    auto y = Tensor<T, Device>::empty(shape);
    parallel_for(y.elements() / width, 2048, [&](Index first, Index last) {
        for (Index p = first; p < last; ++p)
            std::copy_n(x.value().data() + p * channels + begin, width, y.data() + p * width);
    });
    auto backward = [begin, channels, width, dx = x.gradient()](const Tensor<T, Device>& grad) {
        T* sum = dx->sum().data();
        parallel_for(grad.elements() / width, 2048, [&](Index first, Index last) {
            for (Index p = first; p < last; ++p)
                for (Index c = 0; c < width; ++c) sum[p * channels + begin + c] += grad.data()[p * width + c];
        });
    };
    return record(std::move(y), std::move(backward), x);
}

/// Joins along the last axis; all other extents must agree.
template <class T, class Device>
Variable<T, Device> concatenate_channels(const std::vector<Variable<T, Device>>& parts)
{
    if (parts.empty()) throw ShapeError("concatenate_channels: expects at least one part");
    Shape shape = parts[0].shape();
    Index channels = 0;
    bool wanted = false;
    for (const auto& part : parts) {
        Shape other = part.shape();
        channels += other[-1];
        other[-1] = shape[-1];
        if (!(other == shape))
            throw ShapeError("concatenate_channels: " + to_string(parts[0].shape()) + " and " +
                             to_string(part.shape()) + " differ in more than channels");
        wanted = wanted || part.requires_gradient();
    }
    shape[-1] = channels;
    auto y = Tensor<T, Device>::empty(shape);
    const Index pixels = y.elements() / channels;
    Index offset = 0;
    for (const auto& part : parts) {
        const Index width = part.shape()[-1];
        parallel_for(pixels, 2048, [&](Index first, Index last) {
            for (Index p = first; p < last; ++p)
                std::copy_n(part.value().data() + p * width, width, y.data() + p * channels + offset);
        });
        offset += width;
    }
    auto backward = [parts, channels, pixels](const Tensor<T, Device>& grad) {
        Index at = 0;
        for (const auto& part : parts) {
            const Index width = part.shape()[-1];
            if (const auto& dx = part.gradient())
                parallel_for(pixels, 2048, [&, sum = dx->sum().data()](Index first, Index last) {
                    for (Index p = first; p < last; ++p)
                        for (Index c = 0; c < width; ++c) sum[p * width + c] += grad.data()[p * channels + at + c];
                });
            at += width;
        }
    };
    return record_if(wanted, std::move(y), std::move(backward));
}

} // namespace gwsd::ops
