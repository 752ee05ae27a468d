#pragma once

#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/group_norm.hpp"

namespace gwsd::ops {

/// conv2d(group_norm_silu(x, scale, shift), weight, bias) that keeps x alone: the normalised values are as large as x
/// and cheap beside the convolution, so the backward pass makes them again. Shapes and errors as those of the two.
template <class T, class Device>
Variable<T, Device> norm_silu_conv2d(const Variable<T, Device>& x, const Variable<T, Device>& scale,
                                     const Variable<T, Device>& shift, GroupNormOptions norm,
                                     const Variable<T, Device>& weight, const Variable<T, Device>& bias,
                                     Conv2dOptions conv = {})
{
    const auto normalised = [=] { return group_norm_silu(x, scale, shift, norm); };
    Variable<T, Device> y;
    {
        const Tape::Paused paused;
        y = conv2d(normalised(), weight, bias, conv);
    }
    auto backward = [=](const Tensor<T, Device>& grad_y) {
        Tape tape; // of the normalisation
        const auto again = normalised();
        detail::conv2d_gradients(again, weight, conv, grad_y);
        if (bias.defined() && bias.gradient()) detail::add_bias_gradient(grad_y, bias.gradient()->sum());
        tape.run_backward();
    };
    return record(y.value(), std::move(backward), x, scale, shift, weight, bias);
}

} // namespace gwsd::ops
