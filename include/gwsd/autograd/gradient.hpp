#pragma once

#include <utility>

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
    /// The tensor to write to, and whether to add to it: for backward functions that write every element, so that the
    /// first of them need not add to zeros.
    struct Target {
        Tensor<T, Device> tensor;
        bool add;
    };
    Target target()
    {
        const bool add = sum_.defined();
        if (!add) sum_ = Tensor<T, Device>::empty(shape_);
        return {sum_, add};
    }
    /// Adds a tensor that nothing else will write to: the first one becomes the sum.
    void add(Tensor<T, Device> term)
    {
        if (!(term.shape() == shape_))
            throw ShapeError("gradient: expects " + to_string(shape_) + ", got " + to_string(term.shape()));
        if (!sum_.defined()) {
            sum_ = std::move(term);
            return;
        }
        accumulate(Device{}, sum_.elements(), term.data(), sum_.data());
    }
    /// Back to zero; the storage goes to the block cache.
    void clear() { sum_ = {}; }

private:
    Shape shape_;
    Tensor<T, Device> sum_;
};

} // namespace gwsd
