#pragma once

#include <string>
#include <vector>

#include "gwsd/autograd/parameter.hpp"

/// Layers are structs of their parts. A layer has `members(visit)`, which calls visit(name, part) for every part, a
/// layer or a Variable, always in the same order; what follows from that is written once, here.
namespace gwsd::nn {

namespace detail {

template <class T, class Device>
void collect(const std::string& name, const Variable<T, Device>& variable,
             std::vector<NamedParameter<T, Device>>& parameters)
{
    if (variable.defined()) parameters.push_back({name, variable});
}

template <class T, class Device, class Layer>
requires requires(const Layer& layer)
{
    layer.members([](const auto&, const auto&) {});
}
void collect(const std::string& name, const Layer& layer, std::vector<NamedParameter<T, Device>>& parameters)
{
    layer.members([&](const std::string& part_name, const auto& part) {
        collect(name.empty() ? part_name : name + "." + part_name, part, parameters);
    });
}

} // namespace detail

/// The parameters of a layer, named by their path: "first.weight". Undefined ones, such as peepholes that are not used,
/// are left out.
template <class T, class Device = Cpu, class Layer>
std::vector<NamedParameter<T, Device>> parameters(const Layer& layer)
{
    std::vector<NamedParameter<T, Device>> all;
    detail::collect(std::string(), layer, all);
    return all;
}

} // namespace gwsd::nn
