#pragma once

#include <string>
#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/slices.hpp"

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
        accumulate(Device{}, grad.elements(), grad.data(), dx->sum().slice(begin, end).data());
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
    for (const auto& part : parts) {
        gwsd::copy(Device{}, part.value().elements(), part.value().data(), to);
        to += part.value().elements();
    }
    auto backward = [parts](const Tensor<T, Device>& grad) {
        const T* from = grad.data();
        for (const auto& part : parts) {
            const Index count = part.value().elements();
            if (const auto& dx = part.gradient()) accumulate(Device{}, count, from, dx->sum().data());
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
    kernels::copy_columns(Device{}, y.elements() / width, width, x.value().data() + begin, channels, y.data(), width);
    auto backward = [begin, channels, width, dx = x.gradient()](const Tensor<T, Device>& grad) {
        kernels::add_columns(Device{}, grad.elements() / width, width, grad.data(), width, dx->sum().data() + begin,
                             channels);
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
        kernels::copy_columns(Device{}, pixels, width, part.value().data(), width, y.data() + offset, channels);
        offset += width;
    }
    auto backward = [parts, channels, pixels](const Tensor<T, Device>& grad) {
        Index at = 0;
        for (const auto& part : parts) {
            const Index width = part.shape()[-1];
            if (const auto& dx = part.gradient())
                kernels::add_columns(Device{}, pixels, width, grad.data() + at, channels, dx->sum().data(), width);
            at += width;
        }
    };
    return record_if(wanted, std::move(y), std::move(backward));
}

} // namespace gwsd::ops
