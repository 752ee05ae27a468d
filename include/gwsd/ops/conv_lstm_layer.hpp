#pragma once

#include "gwsd/kernels/packed_weights.hpp"
#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/conv_lstm_gates.hpp"

namespace gwsd::ops {

/// Weights of a ConvLSTM cell; 4 hidden output channels are input gate, forget gate, candidate, output gate.
template <class T, class Device>
struct ConvLstmWeights {
    Variable<T, Device> input;      ///< [4 hidden, kernel, kernel, in]
    Variable<T, Device> hidden;     ///< [4 hidden, kernel, kernel, hidden]
    Variable<T, Device> bias;       ///< [4 hidden]
    Peepholes<T, Device> peepholes; ///< may be undefined
};

struct ConvLstmOptions {
    Index window = 1;       ///< steps of the sequence
    bool recompute = false; ///< keep no gates; compute each step's again in the backward pass
    kernels::Precision precision = kernels::default_precision(); ///< of the convolutions
};

namespace detail {

/// A sequence in the making, and what its backward pass needs.
template <class T, class Device>
struct ConvLstmRun {
    using Field = Tensor<T, Device>;

    ConvLstmWeights<T, Device> weights;
    ConvLstmOptions options;
    Index batch;
    Variable<T, Device> x; ///< [window * batch, rows, cols, in]
    Field hidden, cell;    ///< [window * batch, rows, cols, hidden]
    Field gates;           ///< of all steps, or undefined if recomputed

    Conv2dOptions conv() const
    {
        return {.stride = 1, .padding = weights.input.shape()[1] / 2, .precision = options.precision};
    }
    Field step(const Field& all, Index t) const { return all.slice(t * batch, (t + 1) * batch); }
    Field previous(const Field& all, Index t) const { return t > 0 ? step(all, t - 1) : Field(); }

    /// Pre-activations of steps from `first` on that the inputs give.
    void project(Index first, Index last, const Field& to) const
    {
        kernels::conv2d_forward<T>(Device{}, view4(x.value().slice(first * batch, last * batch)),
                                   view4(weights.input.value()), conv(), to.template view<4>(),
                                   {.add = false, .bias = weights.bias.value().data()});
    }

    /// From the projected inputs of step t, where they lie, to its gates and states.
    void advance(Index t, const Field& gates_t) const
    {
        if (t > 0)
            kernels::conv2d_forward<T>(Device{}, view4(step(hidden, t - 1)), view4(weights.hidden.value()), conv(),
                                       gates_t.template view<4>());
        const auto pointers = lstm_step(gates_t, previous(cell, t), weights.peepholes, step(cell, t));
        kernels::conv_lstm_gates_forward(Device{}, pointers, step(hidden, t).data());
    }

    /// Adds the gradients of all weights and of x, given those of all hidden states, which it changes.
    void backward(const Field& grad_hidden) const
    {
        const kernels::PackedWeights keep;
        const Index steps = options.window;
        Field grad_cell; // of the step after, then of this one
        Field scratch_gates;
        if (options.recompute) scratch_gates = Field::empty(pre_shape());
        for (Index t = steps; t-- > 0;) {
            const Field d_gates = options.recompute ? scratch_gates : step(gates, t);
            if (options.recompute) project(t, t + 1, d_gates), advance(t, d_gates);
            const Field d_cell = grad_cell.defined() ? grad_cell : Field::empty(step(cell, 0).shape());
            const auto pointers = lstm_step(d_gates, previous(cell, t), weights.peepholes, step(cell, t));
            kernels::conv_lstm_gates_backward(Device{}, pointers, step(grad_hidden, t).data(),
                                              grad_cell.defined() ? grad_cell.data() : nullptr, d_gates.data(),
                                              d_cell.data());
            grad_cell = d_cell;
            add_peephole_gradients(d_gates, previous(cell, t), step(cell, t), weights.peepholes);
            if (t > 0)
                kernels::conv2d_backward_input<T>(Device{}, view4(d_gates), view4(weights.hidden.value()), conv(),
                                                  step(grad_hidden, t - 1).template view<4>());
            if (options.recompute) add_gradients(t, t + 1, d_gates);
        }
        if (!options.recompute) add_gradients(0, steps, gates);
    }

private:
    Shape pre_shape() const
    {
        Shape shape = step(hidden, 0).shape();
        shape[3] *= 4;
        return shape;
    }

    /// The convolutions' gradients from those of the pre-activations of steps [first, last).
    void add_gradients(Index first, Index last, const Field& d_gates) const
    {
        const Field input = x.value().slice(first * batch, last * batch);
        if (const auto& dw = weights.input.gradient())
            kernels::conv2d_backward_weight<T>(Device{}, view4(input), view4(d_gates), conv(),
                                               dw->sum().template view<4>());
        if (weights.bias.gradient()) add_bias_gradient(d_gates, weights.bias.gradient()->sum());
        const Index later = std::max<Index>(first, 1); // step 0 has no hidden state before it
        if (const auto& dw = weights.hidden.gradient(); dw && later < last)
            kernels::conv2d_backward_weight<T>(Device{}, view4(hidden.slice((later - 1) * batch, (last - 1) * batch)),
                                               view4(d_gates.slice((later - first) * batch, (last - first) * batch)),
                                               conv(), dw->sum().template view<4>());
        if (const auto& dx = x.gradient()) {
            const auto [sum, add] = first == 0 && last == options.window
                                        ? dx->target()
                                        : typename Gradient<T, Device>::Target{dx->sum(), true};
            kernels::conv2d_backward_input<T>(Device{}, view4(d_gates), view4(weights.input.value()), conv(),
                                              sum.slice(first * batch, last * batch).template view<4>(), {.add = add});
        }
    }
};

} // namespace detail

/// A ConvLSTM over a whole sequence, zero initial state (Shi et al. 2015); formulas in kernels/conv_lstm_gates.hpp.
/// x [window * batch, rows, cols, in], steps one after the other -> hidden states of all steps, likewise with `hidden`
/// channels. The inputs of all steps go through one convolution; of the hidden states, all but the first, zero one.
/// Throws ShapeError.
template <class T, class Device>
Variable<T, Device> conv_lstm_layer(const Variable<T, Device>& x, const ConvLstmWeights<T, Device>& weights,
                                    ConvLstmOptions options)
{
    const Shape& shape = x.shape();
    if (options.window < 1 || shape.rank() != 4 || shape[0] % options.window != 0)
        throw ShapeError("conv_lstm_layer: expects input [window * batch, rows, cols, channels] with window " +
                         std::to_string(options.window) + ", got " + to_string(shape));
    const Shape &wi = weights.input.shape(), &wh = weights.hidden.shape();
    if (wi.rank() != 4 || wi[0] % 4 != 0 || wi[1] % 2 == 0 || wi[1] != wi[2] || wi[3] != shape[3] ||
        !(wh == Shape{wi[0], wi[1], wi[1], wi[0] / 4}) || !(weights.bias.shape() == Shape{wi[0]}))
        throw ShapeError("conv_lstm_layer: input " + to_string(shape) + " expects weights [4 hidden, k, k, " +
                         std::to_string(shape[3]) +
                         "] and [4 hidden, k, k, hidden] with odd k and bias [4 hidden], got " + to_string(wi) + ", " +
                         to_string(wh) + " and " + to_string(weights.bias.shape()));
    const Index channels = wi[0] / 4;
    detail::check_peepholes("conv_lstm_layer", weights.peepholes, channels);

    const bool wanted = Tape::recording() && (x.requires_gradient() || weights.input.requires_gradient() ||
                                              weights.hidden.requires_gradient() || weights.bias.requires_gradient() ||
                                              weights.peepholes.input.requires_gradient());
    const Index batch = shape[0] / options.window;
    // Without a backward pass to come, or with one that computes them again, the gates of one step are enough.
    const bool keep = wanted && !options.recompute;
    const Index kept = keep ? shape[0] : batch;
    const Shape states{shape[0], shape[1], shape[2], channels};
    detail::ConvLstmRun<T, Device> run{weights,
                                       options,
                                       batch,
                                       x,
                                       Tensor<T, Device>::empty(states),
                                       Tensor<T, Device>::empty(states),
                                       Tensor<T, Device>::empty({kept, shape[1], shape[2], 4 * channels})};
    const kernels::PackedWeights packed;
    if (keep) run.project(0, options.window, run.gates);
    for (Index t = 0; t < options.window; ++t) {
        if (!keep) run.project(t, t + 1, run.gates);
        run.advance(t, keep ? run.step(run.gates, t) : run.gates);
    }
    if (!keep) run.gates = {};

    auto output = run.hidden;
    return record_if(wanted, std::move(output), [run](const Tensor<T, Device>& grad) { run.backward(grad); });
}

} // namespace gwsd::ops
