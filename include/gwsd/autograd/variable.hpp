#pragma once

#include <memory>
#include <utility>

#include "gwsd/autograd/gradient.hpp"
#include "gwsd/autograd/tape.hpp"

namespace gwsd {

/// A value that gradients may flow to. Copies are handles to the same value and the same gradient.
template <class T, class Device = Cpu>
class Variable {
public:
    using Slot = std::shared_ptr<Gradient<T, Device>>;

    Variable() = default;
    /// A constant, or with `requires_gradient` a parameter or an input whose gradient is wanted.
    explicit Variable(Tensor<T, Device> value, bool requires_gradient = false)
        : value_(std::move(value)),
          gradient_(requires_gradient ? std::make_shared<Gradient<T, Device>>(value_.shape()) : nullptr)
    {
    }

    bool defined() const { return value_.defined(); }
    const Tensor<T, Device>& value() const { return value_; }
    const Shape& shape() const { return value_.shape(); }
    bool requires_gradient() const { return gradient_ != nullptr; }
    /// Where a backward function adds to; null for a constant, so that work for it can be left out.
    const Slot& gradient() const { return gradient_; }
    /// The same value, cut off from what made it.
    Variable detach() const { return Variable(value_); }

private:
    Tensor<T, Device> value_;
    Slot gradient_;
};

/// Ends an operation: wraps its output and, if `wanted` and a tape is recording, puts `backward` on the tape.
/// `backward(grad_output)` adds to the gradients of the inputs that have one.
template <class T, class Device, class Backward>
Variable<T, Device> record_if(bool wanted, Tensor<T, Device> output, Backward backward)
{
    wanted = wanted && Tape::recording();
    Variable<T, Device> result(std::move(output), wanted);
    if (wanted)
        Tape::active()->push([slot = result.gradient(), backward = std::move(backward)]() mutable {
            if (!slot->defined()) return; // nothing that was asked for depends on this output
            const Tensor<T, Device> grad_output = slot->sum();
            slot->clear();
            backward(grad_output);
        });
    return result;
}

/// record_if any of the inputs wants a gradient.
template <class T, class Device, class Backward, class... Inputs>
Variable<T, Device> record(Tensor<T, Device> output, Backward backward, const Inputs&... inputs)
{
    return record_if((... || inputs.requires_gradient()), std::move(output), std::move(backward));
}

/// Runs the tape of `loss` (one element) from its end: afterwards every parameter's gradient has grown by
/// d(seed * loss) / d(parameter).
template <class T, class Device>
void backward(Tape& tape, const Variable<T, Device>& loss, T seed = T{1})
{
    if (loss.value().elements() != 1)
        throw ShapeError("backward: expects a loss of one element, got shape " + to_string(loss.shape()));
    if (!loss.requires_gradient()) return;
    loss.gradient()->add(Tensor<T, Device>::full(loss.shape(), seed));
    tape.run_backward();
}

} // namespace gwsd
