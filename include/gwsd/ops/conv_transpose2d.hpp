#pragma once

#include "gwsd/ops/conv2d.hpp"

namespace gwsd::ops {

/// The adjoint of a convolution: y[b, r s - p + i, c s - p + j, o] += x[b, r, c, k] * w[k, i, j, o]. x [batch, rows,
/// cols, in], w [in, kernel_rows, kernel_cols, out], bias [out] or undefined; y has (rows - 1) s - 2 p + kernel_rows
/// rows. Its forward pass is the convolution's gradient with respect to the input, and the reverse. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> conv_transpose2d(const Variable<T, Device>& x, const Variable<T, Device>& weight,
                                     const Variable<T, Device>& bias,
                                     Conv2dOptions options = {.stride = 2, .padding = 0})
{
    const Shape &xs = x.shape(), &ws = weight.shape();
    if (xs.rank() != 4 || ws.rank() != 4)
        throw ShapeError(
            "conv_transpose2d: expects input [batch, rows, cols, in] and weight [in, kernel_rows, kernel_cols, out], "
            "got " +
            to_string(xs) + " and " + to_string(ws));
    if (ws[0] != xs[3])
        throw ShapeError("conv_transpose2d: weight " + to_string(ws) + " expects " + std::to_string(ws[0]) +
                         " input channels, but input " + to_string(xs) + " has " + std::to_string(xs[3]));
    if (bias.defined() && !(bias.shape() == Shape{ws[3]}))
        throw ShapeError("conv_transpose2d: weight " + to_string(ws) + " expects bias [" + std::to_string(ws[3]) +
                         "], got " + to_string(bias.shape()));
    const Index rows = (xs[1] - 1) * options.stride - 2 * options.padding + ws[1],
                cols = (xs[2] - 1) * options.stride - 2 * options.padding + ws[2];
    if (options.stride < 1 || options.padding < 0 || rows < 1 || cols < 1)
        throw ShapeError("conv_transpose2d: stride " + std::to_string(options.stride) + " and padding " +
                         std::to_string(options.padding) + " leave no output for input " + to_string(xs) +
                         " and weight " + to_string(ws));

    auto y = Tensor<T, Device>::empty({xs[0], rows, cols, ws[3]});
    kernels::conv2d_backward_input<T>(Device{}, detail::view4(x.value()), detail::view4(weight.value()), options,
                                      y.template view<4>(),
                                      {.add = false, .bias = bias.defined() ? bias.value().data() : nullptr});

    auto backward = [x, weight, bias, options](const Tensor<T, Device>& grad_y) {
        if (const auto& dx = x.gradient()) {
            const auto [sum, add] = dx->target();
            kernels::conv2d_forward<T>(Device{}, detail::view4(grad_y), detail::view4(weight.value()), options,
                                       sum.template view<4>(), {.add = add});
        }
        if (const auto& dw = weight.gradient())
            kernels::conv2d_backward_weight<T>(Device{}, detail::view4(grad_y), detail::view4(x.value()), options,
                                               dw->sum().template view<4>());
        if (bias.defined() && bias.gradient()) detail::add_bias_gradient(grad_y, bias.gradient()->sum());
    };
    return record(std::move(y), std::move(backward), x, weight, bias);
}

} // namespace gwsd::ops
