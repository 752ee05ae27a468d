#pragma once

#include "gwsd/tensor/tensor.hpp"

namespace gwsd {

/// The sum of all gradients that reach a variable; zero until something is added.
template <class T, class Device>
class Gradient {
public:
    explicit Gradient(const Shape& shape) : shape_(shape) {}

    const Shape& shape() const { return shape_; }
    bool defined() const { return sum_.defined(); }
    /// The tensor to add to; made of zeros at the first call.
    Tensor<T, Device>& sum()
    {
        if (!sum_.defined()) sum_ = Tensor<T, Device>::zeros(shape_);
        return sum_;
    }
    /// Back to zero; the storage goes to the block cache.
    void clear() { sum_ = {}; }

private:
    Shape shape_;
    Tensor<T, Device> sum_;
};

} // namespace gwsd
