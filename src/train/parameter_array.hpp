#pragma once

#include <span>
#include <string>

#include "gwsd/io/checkpoint.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::train {

/// A parameter as a model file or checkpoint stores it.
inline io::NamedArray array_of(const std::string& name, const Tensor<float>& tensor)
{
    io::NamedArray array{name, "F32", tensor.shape(), {}};
    const auto bytes = std::as_bytes(std::span(tensor.data(), static_cast<std::size_t>(tensor.elements())));
    array.bytes.assign(bytes.begin(), bytes.end());
    return array;
}

} // namespace gwsd::train
