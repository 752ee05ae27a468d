#pragma once
#include "gwsd/autograd/variable.hpp"

namespace gwsd::test {

/// A variable without gradient, from its values in order.
inline Variable<double> constant(const Shape& shape, const std::vector<double>& values)
{
    return Variable<double>(Tensor<double>::from(shape, values));
}

} // namespace gwsd::test
