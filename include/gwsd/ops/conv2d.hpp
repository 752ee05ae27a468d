#pragma once

#include <string>
#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/bias.hpp"
#include "gwsd/kernels/conv2d.hpp"

namespace gwsd::ops {

using kernels::Conv2dOptions;

namespace detail {

template <class T, class Device>
TensorView<const T, 4> view4(const Tensor<T, Device>& tensor)
{
    return tensor.template view<4>();
}

/// Adds the sum of grad over all but the last axis to grad_bias.
template <class T, class Device>
void add_bias_gradient(const Tensor<T, Device>& grad, const Tensor<T, Device>& grad_bias)
{
    const Index channels = grad.extent(-1);
    kernels::bias_backward<T>(Device{}, {grad.data(), {grad.elements() / channels, channels}}, flat(grad_bias));
}

/// Shape of the convolution of x with w; throws ShapeError if they do not fit.
inline Shape conv2d_shape(const Shape& x, const Shape& w, const Conv2dOptions& options)
{
    if (x.rank() != 4) throw ShapeError("conv2d: expects input [batch, rows, cols, channels], got " + to_string(x));
    if (w.rank() != 4)
        throw ShapeError("conv2d: expects weight [out, kernel_rows, kernel_cols, in], got " + to_string(w));
    if (w[3] != x[3])
        throw ShapeError("conv2d: weight " + to_string(w) + " expects " + std::to_string(w[3]) +
                         " input channels, but input " + to_string(x) + " has " + std::to_string(x[3]));
    if (options.stride < 1 || options.padding < 0)
        throw ShapeError("conv2d: expects stride >= 1 and padding >= 0, got " + std::to_string(options.stride) +
                         " and " + std::to_string(options.padding));
    const Index rows = x[1] + 2 * options.padding - w[1], cols = x[2] + 2 * options.padding - w[2];
    if (rows < 0 || cols < 0)
        throw ShapeError("conv2d: kernel of weight " + to_string(w) + " is larger than input " + to_string(x) +
                         " with padding " + std::to_string(options.padding));
    return {x[0], rows / options.stride + 1, cols / options.stride + 1, w[0]};
}

/// Adds to the gradients of a source and its weights, where these are wanted.
template <class T, class Device>
void conv2d_gradients(const Variable<T, Device>& x, const Variable<T, Device>& weight, const Conv2dOptions& options,
                      const Tensor<T, Device>& grad_y)
{
    if (const auto& dx = x.gradient()) {
        const auto [sum, add] = dx->target();
        kernels::conv2d_backward_input<T>(Device{}, view4(grad_y), view4(weight.value()), options,
                                          sum.template view<4>(), {.add = add});
    }
    if (const auto& dw = weight.gradient())
        kernels::conv2d_backward_weight<T>(Device{}, view4(x.value()), view4(grad_y), options,
                                           dw->sum().template view<4>());
}

} // namespace detail

/// Convolution of one or several sources that share rows and columns, each with its own weights, summed into one
/// result: y = bias + sum over sources conv(x_s, w_s). x [batch, rows, cols, in], w [out, kernel_rows, kernel_cols,
/// in], bias [out] or undefined. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> conv2d(const std::vector<Variable<T, Device>>& sources,
                           const std::vector<Variable<T, Device>>& weights, const Variable<T, Device>& bias,
                           Conv2dOptions options = {})
{
    if (sources.empty() || sources.size() != weights.size())
        throw ShapeError("conv2d: expects as many weights as sources, got " + std::to_string(weights.size()) + " and " +
                         std::to_string(sources.size()));
    const Shape &x = sources[0].shape(), &w = weights[0].shape();
    const Shape shape = detail::conv2d_shape(x, w, options);
    for (std::size_t s = 1; s < sources.size(); ++s) {
        const Shape &xs = sources[s].shape(), &ws = weights[s].shape();
        detail::conv2d_shape(xs, ws, options);
        if (xs[0] != x[0] || xs[1] != x[1] || xs[2] != x[2] || ws[0] != w[0] || ws[1] != w[1] || ws[2] != w[2])
            throw ShapeError("conv2d: sources " + to_string(x) + " and " + to_string(xs) + " with weights " +
                             to_string(w) + " and " + to_string(ws) + " do not sum into one result");
    }
    if (bias.defined() && !(bias.shape() == Shape{w[0]}))
        throw ShapeError("conv2d: weight " + to_string(w) + " expects bias [" + std::to_string(w[0]) + "], got " +
                         to_string(bias.shape()));

    auto y = Tensor<T, Device>::empty(shape);
    for (std::size_t s = 0; s < sources.size(); ++s)
        kernels::conv2d_forward<T>(Device{}, detail::view4(sources[s].value()), detail::view4(weights[s].value()),
                                   options, y.template view<4>(),
                                   {.add = s > 0, .bias = s == 0 && bias.defined() ? bias.value().data() : nullptr});

    auto backward = [sources, weights, bias, options](const Tensor<T, Device>& grad_y) {
        for (std::size_t s = 0; s < sources.size(); ++s)
            detail::conv2d_gradients(sources[s], weights[s], options, grad_y);
        if (bias.defined() && bias.gradient()) detail::add_bias_gradient(grad_y, bias.gradient()->sum());
    };
    bool wanted = bias.requires_gradient();
    for (std::size_t s = 0; s < sources.size(); ++s)
        wanted = wanted || sources[s].requires_gradient() || weights[s].requires_gradient();
    return record_if(wanted, std::move(y), std::move(backward));
}

/// Convolution of one source.
template <class T, class Device>
Variable<T, Device> conv2d(const Variable<T, Device>& x, const Variable<T, Device>& weight,
                           const Variable<T, Device>& bias, Conv2dOptions options = {})
{
    return conv2d(std::vector{x}, std::vector{weight}, bias, options);
}

} // namespace gwsd::ops
