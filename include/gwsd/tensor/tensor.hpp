#pragma once

#include <algorithm>
#include <memory>
#include <vector>

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/tensor/bfloat16.hpp"
#include "gwsd/tensor/device_memory.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd {

/// A dense row-major array on a device. Copies share the storage (a handle, like a shared pointer); clone() copies it.
/// Layout of fields is channels last: [batch, row, col, channel]; sequences put time first.
template <class T, class Device = Cpu>
class Tensor {
public:
    Tensor() = default;

    static Tensor empty(const Shape& shape)
    {
        Tensor tensor;
        tensor.shape_ = shape;
        tensor.storage_ = allocate<T>(Device{}, static_cast<std::size_t>(shape.elements()));
        return tensor;
    }
    static Tensor full(const Shape& shape, T value)
    {
        Tensor tensor = empty(shape);
        fill(Device{}, shape.elements(), value, tensor.data());
        return tensor;
    }
    static Tensor zeros(const Shape& shape) { return full(shape, T{}); }
    static Tensor from(const Shape& shape, const std::vector<T>& values)
    {
        if (static_cast<Index>(values.size()) != shape.elements())
            throw ShapeError("tensor: shape " + to_string(shape) + " needs " + std::to_string(shape.elements()) +
                             " values, got " + std::to_string(values.size()));
        Tensor tensor = empty(shape);
        copy_from_host(Device{}, shape.elements(), values.data(), tensor.data());
        return tensor;
    }

    /// Around memory that holds as many values, which the last tensor frees.
    static Tensor from_storage(const Shape& shape, std::shared_ptr<T[]> storage)
    {
        Tensor tensor;
        tensor.shape_ = shape, tensor.storage_ = std::move(storage);
        return tensor;
    }

    bool defined() const { return storage_ != nullptr; }
    const Shape& shape() const { return shape_; }
    Index elements() const { return shape_.elements(); }
    Index extent(int axis) const { return shape_[axis]; }
    T* data() const { return storage_.get() + offset_; }

    Tensor clone() const
    {
        Tensor other = empty(shape_);
        gwsd::copy(Device{}, elements(), data(), other.data());
        return other;
    }
    /// The same values in another shape of as many elements.
    Tensor reshape(const Shape& shape) const
    {
        if (shape.elements() != elements())
            throw ShapeError("reshape: " + to_string(shape_) + " has " + std::to_string(elements()) + " values, " +
                             to_string(shape) + " needs " + std::to_string(shape.elements()));
        Tensor other = *this;
        other.shape_ = shape;
        return other;
    }
    /// Entries [begin, end) of the outermost axis, sharing the storage.
    Tensor slice(Index begin, Index end) const
    {
        if (shape_.rank() == 0 || begin < 0 || end < begin || end > shape_[0])
            throw ShapeError("slice: [" + std::to_string(begin) + ", " + std::to_string(end) +
                             ") of the first axis of " + to_string(shape_));
        Tensor part = *this;
        part.offset_ += begin * (shape_[0] > 0 ? elements() / shape_[0] : 0);
        part.shape_[0] = end - begin;
        return part;
    }
    template <int Rank>
    TensorView<T, Rank> view() const
    {
        if (shape_.rank() != Rank)
            throw ShapeError("view: expects " + std::to_string(Rank) + " axes, tensor has shape " + to_string(shape_));
        TensorView<T, Rank> view{data(), {}};
        for (int axis = 0; axis < Rank; ++axis) view.extents[static_cast<std::size_t>(axis)] = shape_[axis];
        return view;
    }
    /// The values in the host's memory.
    std::vector<T> to_vector() const
    {
        std::vector<T> values(static_cast<std::size_t>(elements()));
        copy_to_host(Device{}, elements(), data(), values.data());
        return values;
    }

private:
    Shape shape_;
    std::shared_ptr<T[]> storage_;
    Index offset_ = 0;
};

/// The tensor on another device: the same handle where it is there already.
template <class To, class T, class From>
Tensor<T, To> copy_to(const Tensor<T, From>& tensor)
{
    if constexpr (std::is_same_v<To, From>) {
        return tensor;
    } else if (!tensor.defined()) {
        return {};
    } else {
        static_assert(std::is_same_v<To, Cpu> || std::is_same_v<From, Cpu>);
        auto other = Tensor<T, To>::empty(tensor.shape());
        if constexpr (std::is_same_v<From, Cpu>)
            copy_from_host(To{}, tensor.elements(), tensor.data(), other.data());
        else
            copy_to_host(From{}, tensor.elements(), tensor.data(), other.data());
        return other;
    }
}

/// All values in one axis, for pointwise kernels.
template <class T, class Device>
TensorView<T, 1> flat(const Tensor<T, Device>& tensor)
{
    return {tensor.data(), {tensor.elements()}};
}

} // namespace gwsd
