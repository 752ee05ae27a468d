#pragma once

#include <vector>

#include "gwsd/autograd/variable.hpp"

namespace gwsd {

/// Computes outputs = part(inputs) without keeping anything that `part` would record; the backward pass runs `part`
/// again on the same inputs and then through its own tape. Memory falls to inputs and outputs, time grows by one
/// forward pass of the part. Parameters that `part` captures receive their gradients as usual.
/// `part` takes and returns std::vector<Variable<T, Device>> and must give the same values each time.
template <class T, class Device, class Part>
std::vector<Variable<T, Device>> recompute(Part part, const std::vector<Variable<T, Device>>& inputs)
{
    if (!Tape::recording()) return part(inputs);

    std::vector<Variable<T, Device>> results;
    {
        const Tape::Paused paused;
        results = part(inputs);
    }
    // Parameters inside `part` are not seen here, so the outputs always take part in the backward pass.
    std::vector<Variable<T, Device>> outputs;
    for (const auto& result : results) outputs.emplace_back(result.value(), true);

    std::vector<typename Variable<T, Device>::Slot> slots;
    for (const auto& output : outputs) slots.push_back(output.gradient());

    Tape::active()->push([part, inputs, slots]() {
        Tape tape;
        std::vector<Variable<T, Device>> again;
        for (const auto& input : inputs) again.emplace_back(input.value(), input.requires_gradient());
        const auto values = part(again);
        for (std::size_t i = 0; i < values.size(); ++i) {
            if (!slots[i]->defined() || !values[i].requires_gradient()) continue;
            values[i].gradient()->sum() = slots[i]->sum();
        }
        for (const auto& slot : slots) slot->clear();
        tape.run_backward();
        for (std::size_t i = 0; i < inputs.size(); ++i) {
            if (inputs[i].requires_gradient() && again[i].gradient()->defined())
                inputs[i].gradient()->add(again[i].gradient()->sum());
        }
    });
    return outputs;
}

} // namespace gwsd
