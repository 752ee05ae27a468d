#pragma once

#include <string>
#include <utility>
#include <vector>

#include "gwsd/autograd/variable.hpp"

namespace gwsd {

/// A learnt variable and the name it has in model files: "encoder.cell1.input_weight", ...
template <class T, class Device = Cpu>
struct NamedParameter {
    std::string name;
    Variable<T, Device> variable;
};

/// Tensors that a checkpoint holds, by name. They are handles: writing to one changes what it came from.
template <class T, class Device = Cpu>
using NamedTensors = std::vector<std::pair<std::string, Tensor<T, Device>>>;

/// Back to zero gradient, before a step.
template <class T, class Device>
void clear_gradients(const std::vector<NamedParameter<T, Device>>& parameters)
{
    for (const auto& [name, variable] : parameters)
        if (variable.gradient()) variable.gradient()->clear();
}

} // namespace gwsd
