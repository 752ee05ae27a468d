#pragma once

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/conv_lstm_gates.hpp"

namespace gwsd::ops {

template <class T, class Device>
struct ConvLstmState {
    Variable<T, Device> hidden, cell;
};

/// Weights [hidden] of the cell state in the gates (Shi et al. 2015); all undefined for none.
template <class T, class Device>
struct Peepholes {
    Variable<T, Device> input, forget, output;
    bool defined() const { return input.defined(); }
};

namespace detail {

template <class T, class Device>
void check_peepholes(const char* name, const Peepholes<T, Device>& peepholes, Index hidden)
{
    for (const auto* w : {&peepholes.input, &peepholes.forget, &peepholes.output})
        if (peepholes.defined() && (!w->defined() || !(w->shape() == Shape{hidden})))
            throw ShapeError(std::string(name) + ": expects three peephole weights [" + std::to_string(hidden) + "]");
}

/// Pointers of one step; previous may be undefined.
template <class T, class Device>
kernels::LstmStep<T> lstm_step(const Tensor<T, Device>& gates, const Tensor<T, Device>& previous,
                               const Peepholes<T, Device>& peepholes, const Tensor<T, Device>& cell)
{
    const auto weight = [&](const Variable<T, Device>& w) { return peepholes.defined() ? w.value().data() : nullptr; };
    return {.pixels = cell.elements() / cell.extent(-1),
            .hidden = cell.extent(-1),
            .gates = gates.data(),
            .previous = previous.defined() ? previous.data() : nullptr,
            .input_peephole = weight(peepholes.input),
            .forget_peephole = weight(peepholes.forget),
            .output_peephole = weight(peepholes.output),
            .cell = cell.data()};
}

/// Adds to the peephole weights' gradients; previous is undefined for zero.
template <class T, class Device>
void add_peephole_gradients(const Tensor<T, Device>& d_gates, const Tensor<T, Device>& previous,
                            const Tensor<T, Device>& cell, const Peepholes<T, Device>& peepholes)
{
    if (!peepholes.defined()) return;
    const Index hidden = cell.extent(-1), pixels = cell.elements() / hidden;
    const auto add = [&](Index gate, const Tensor<T, Device>& state, const Variable<T, Device>& weight) {
        if (state.defined() && weight.gradient())
            kernels::add_peephole_gradient(Device{}, pixels, hidden, d_gates.data(), gate, state.data(),
                                           weight.gradient()->sum().data());
    };
    add(0, previous, peepholes.input), add(1, previous, peepholes.forget), add(3, cell, peepholes.output);
}

} // namespace detail

/// The pointwise part of a ConvLSTM step (Shi et al. 2015), fused. preactivation [batch, rows, cols, 4 hidden] holds
/// input gate i, forget gate f, candidate g, output gate o; previous cell state [batch, rows, cols, hidden], or
/// undefined for zero.
///   c = sigmoid(f + w_f c') c' + sigmoid(i + w_i c') tanh(g),   h = sigmoid(o + w_o c) tanh(c)
/// Keeps the activated gates, not the pre-activations. Throws ShapeError. See conv_lstm_layer for whole sequences.
template <class T, class Device>
ConvLstmState<T, Device> conv_lstm_gates(const Variable<T, Device>& preactivation,
                                         const Variable<T, Device>& previous_cell,
                                         const Peepholes<T, Device>& peepholes = {})
{
    const Shape& shape = preactivation.shape();
    if (shape.rank() != 4 || shape[3] % 4 != 0)
        throw ShapeError("conv_lstm_gates: expects preactivation [batch, rows, cols, 4 * hidden], got " +
                         to_string(shape));
    const Shape state_shape{shape[0], shape[1], shape[2], shape[3] / 4};
    if (previous_cell.defined() && !(previous_cell.shape() == state_shape))
        throw ShapeError("conv_lstm_gates: preactivation " + to_string(shape) + " expects cell state " +
                         to_string(state_shape) + ", got " + to_string(previous_cell.shape()));
    detail::check_peepholes("conv_lstm_gates", peepholes, shape[3] / 4);

    const auto gates = preactivation.value().clone(); // to be activated
    const auto cell = Tensor<T, Device>::empty(state_shape), hidden = Tensor<T, Device>::empty(state_shape);
    const auto step = detail::lstm_step(gates, previous_cell.value(), peepholes, cell);
    kernels::conv_lstm_gates_forward(Device{}, step, hidden.data());

    // Two outputs share one backward function.
    const bool wanted = Tape::recording() && (preactivation.requires_gradient() || previous_cell.requires_gradient() ||
                                              peepholes.input.requires_gradient());
    ConvLstmState<T, Device> state{Variable<T, Device>(hidden, wanted), Variable<T, Device>(cell, wanted)};
    if (!wanted) return state;
    Tape::active()->push([=, slot_h = state.hidden.gradient(), slot_c = state.cell.gradient()]() {
        if (!slot_h->defined() && !slot_c->defined()) return;
        const Tensor<T, Device> grad_h = slot_h->sum(), grad_c = slot_c->sum();
        slot_h->clear(), slot_c->clear();
        const auto d_gates = Tensor<T, Device>::empty(gates.shape()), d_cell = Tensor<T, Device>::empty(cell.shape());
        kernels::conv_lstm_gates_backward(Device{}, detail::lstm_step(gates, previous_cell.value(), peepholes, cell),
                                          grad_h.data(), grad_c.data(), d_gates.data(), d_cell.data());
        detail::add_peephole_gradients(d_gates, previous_cell.value(), cell, peepholes);
        if (preactivation.gradient()) preactivation.gradient()->add(d_gates);
        if (previous_cell.gradient()) previous_cell.gradient()->add(d_cell);
    });
    return state;
}

} // namespace gwsd::ops
