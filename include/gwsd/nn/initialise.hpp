#pragma once

#include <cmath>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/random.hpp"

namespace gwsd::nn {

/// A parameter of uniform values in +-1 / sqrt(fan_in), which keeps the variance of sums over `fan_in` inputs bounded
/// (LeCun et al. 1998); the draws are the same for every scalar type.
template <class T, class Device = Cpu>
Variable<T, Device> uniform_parameter(const Shape& shape, Index fan_in, Random& random)
{
    auto values = Tensor<T>::empty(shape);
    const double bound = 1 / std::sqrt(static_cast<double>(fan_in));
    for (Index i = 0; i < values.elements(); ++i) values.data()[i] = static_cast<T>(random.uniform(-bound, bound));
    return Variable<T, Device>(copy_to<Device>(values), true);
}

/// A parameter of equal values.
template <class T, class Device = Cpu>
Variable<T, Device> constant_parameter(const Shape& shape, double value)
{
    return Variable<T, Device>(Tensor<T, Device>::full(shape, static_cast<T>(value)), true);
}

} // namespace gwsd::nn
