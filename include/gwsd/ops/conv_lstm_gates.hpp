#pragma once

#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/pointwise.hpp"

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

/// Gradients of the pre-activations and of the previous cell state, from those of hidden state and cell state.
template <class T, class Device>
void gates_backward(Index pixels, Index hidden, const Tensor<T, Device>& gates, const Tensor<T, Device>& squashed,
                    const Variable<T, Device>& previous_cell, const Peepholes<T, Device>& peepholes,
                    const Tensor<T, Device>& grad_h, const Tensor<T, Device>& grad_c, const Tensor<T, Device>& d_gates,
                    const Tensor<T, Device>& d_cell)
{
    const auto weights = [&](const Variable<T, Device>& w) { return peepholes.defined() ? w.value().data() : nullptr; };
    const T *wi = weights(peepholes.input), *wf = weights(peepholes.forget), *wo = weights(peepholes.output);
    const T* before = previous_cell.defined() ? previous_cell.value().data() : nullptr;
    parallel_for(pixels, 64, [&](Index begin, Index end) {
        for (Index p = begin; p < end; ++p) {
            const T *gate = gates.data() + p * 4 * hidden, *gh = grad_h.data() + p * hidden,
                    *gc = grad_c.data() + p * hidden;
            const T *tanh_c = squashed.data() + p * hidden, *old = before ? before + p * hidden : nullptr;
            T *d = d_gates.data() + p * 4 * hidden, *dc = d_cell.data() + p * hidden;
            for (Index k = 0; k < hidden; ++k) {
                const T i = gate[k], f = gate[hidden + k], g = gate[2 * hidden + k], o = gate[3 * hidden + k];
                const T d_o = gh[k] * tanh_c[k] * o * (1 - o);
                const T d_c = gc[k] + gh[k] * o * (1 - tanh_c[k] * tanh_c[k]) + (wo ? d_o * wo[k] : T{});
                d[k] = d_c * g * i * (1 - i);
                d[hidden + k] = old ? d_c * old[k] * f * (1 - f) : T{};
                d[2 * hidden + k] = d_c * i * (1 - g * g);
                d[3 * hidden + k] = d_o;
                dc[k] = d_c * f + (wi ? d[k] * wi[k] + d[hidden + k] * wf[k] : T{});
            }
        }
    });
}

/// Adds sum over pixels of d_gates[gate] * state to a peephole weight's gradient, in the order of the pixels.
template <class T, class Device>
void add_peephole_gradient(const Tensor<T, Device>& d_gates, Index gate, const Variable<T, Device>& state,
                           const Variable<T, Device>& weight)
{
    if (!weight.gradient() || !state.defined()) return;
    const Index hidden = weight.shape()[0], pixels = d_gates.elements() / (4 * hidden);
    T* sum = weight.gradient()->sum().data();
    for (Index p = 0; p < pixels; ++p)
        for (Index k = 0; k < hidden; ++k)
            sum[k] += d_gates.data()[(p * 4 + gate) * hidden + k] * state.value().data()[p * hidden + k];
}

} // namespace detail

/// The pointwise part of a ConvLSTM step (Shi et al. 2015), fused. preactivation [batch, rows, cols, 4 hidden] holds
/// input gate i, forget gate f, candidate g, output gate o; previous cell state [batch, rows, cols, hidden], or
/// undefined for zero.
///   c = sigmoid(f + w_f c') c' + sigmoid(i + w_i c') tanh(g),   h = sigmoid(o + w_o c) tanh(c)
/// Keeps the activated gates, not the pre-activations. Throws ShapeError.
template <class T, class Device>
ConvLstmState<T, Device> conv_lstm_gates(const Variable<T, Device>& preactivation,
                                         const Variable<T, Device>& previous_cell,
                                         const Peepholes<T, Device>& peepholes = {})
{
    const Shape& shape = preactivation.shape();
    if (shape.rank() != 4 || shape[3] % 4 != 0)
        throw ShapeError("conv_lstm_gates: expects preactivation [batch, rows, cols, 4 * hidden], got " +
                         to_string(shape));
    const Index hidden = shape[3] / 4, pixels = shape[0] * shape[1] * shape[2];
    const Shape state_shape{shape[0], shape[1], shape[2], hidden};
    if (previous_cell.defined() && !(previous_cell.shape() == state_shape))
        throw ShapeError("conv_lstm_gates: preactivation " + to_string(shape) + " expects cell state " +
                         to_string(state_shape) + ", got " + to_string(previous_cell.shape()));
    for (const auto* w : {&peepholes.input, &peepholes.forget, &peepholes.output})
        if (peepholes.defined() && (!w->defined() || !(w->shape() == Shape{hidden})))
            throw ShapeError("conv_lstm_gates: expects three peephole weights [" + std::to_string(hidden) + "]");

    auto gates = Tensor<T, Device>::empty(shape); // activated
    auto cell = Tensor<T, Device>::empty(state_shape), squashed = Tensor<T, Device>::empty(state_shape),
         output = Tensor<T, Device>::empty(state_shape);
    const T* before = previous_cell.defined() ? previous_cell.value().data() : nullptr;
    const auto weight = [&](const Variable<T, Device>& w) { return peepholes.defined() ? w.value().data() : nullptr; };
    const T *wi = weight(peepholes.input), *wf = weight(peepholes.forget), *wo = weight(peepholes.output);
    parallel_for(pixels, 64, [&](Index begin, Index end) {
        for (Index p = begin; p < end; ++p) {
            T* gate = gates.data() + p * 4 * hidden;
            T *c = cell.data() + p * hidden, *squash = squashed.data() + p * hidden, *h = output.data() + p * hidden;
            const T* old = before ? before + p * hidden : nullptr;
            std::copy_n(preactivation.value().data() + p * 4 * hidden, 4 * hidden, gate);
            if (wi && old)
                for (Index k = 0; k < hidden; ++k) gate[k] += wi[k] * old[k], gate[hidden + k] += wf[k] * old[k];
            kernels::sigmoid(Cpu{}, 2 * hidden, gate, gate);
            kernels::tanh(Cpu{}, hidden, gate + 2 * hidden, gate + 2 * hidden);
            for (Index k = 0; k < hidden; ++k)
                c[k] = gate[k] * gate[2 * hidden + k] + (old ? gate[hidden + k] * old[k] : T{});
            if (wo)
                for (Index k = 0; k < hidden; ++k) gate[3 * hidden + k] += wo[k] * c[k];
            kernels::sigmoid(Cpu{}, hidden, gate + 3 * hidden, gate + 3 * hidden);
            kernels::tanh(Cpu{}, hidden, c, squash);
            for (Index k = 0; k < hidden; ++k) h[k] = gate[3 * hidden + k] * squash[k];
        }
    });

    // Two outputs share one backward function.
    const bool wanted = Tape::recording() && (preactivation.requires_gradient() || previous_cell.requires_gradient() ||
                                              peepholes.input.requires_gradient());
    ConvLstmState<T, Device> state{Variable<T, Device>(output, wanted), Variable<T, Device>(cell, wanted)};
    if (!wanted) return state;
    Tape::active()->push([=, slot_h = state.hidden.gradient(), slot_c = state.cell.gradient()]() {
        if (!slot_h->defined() && !slot_c->defined()) return;
        const Tensor<T, Device> grad_h = slot_h->sum(), grad_c = slot_c->sum();
        slot_h->clear(), slot_c->clear();
        auto d_gates = Tensor<T, Device>::empty(gates.shape()), d_cell = Tensor<T, Device>::empty(cell.shape());
        detail::gates_backward(pixels, hidden, gates, squashed, previous_cell, peepholes, grad_h, grad_c, d_gates,
                               d_cell);
        if (peepholes.defined()) {
            detail::add_peephole_gradient(d_gates, 0, previous_cell, peepholes.input);
            detail::add_peephole_gradient(d_gates, 1, previous_cell, peepholes.forget);
            detail::add_peephole_gradient(d_gates, 3, Variable<T, Device>(cell), peepholes.output);
        }
        const auto accumulate = [](const Tensor<T, Device>& from, const Variable<T, Device>& to) {
            if (!to.gradient()) return;
            T* sum = to.gradient()->sum().data();
            parallel_for(from.elements(), 8192, [&](Index begin, Index end) {
                for (Index i = begin; i < end; ++i) sum[i] += from.data()[i];
            });
        };
        accumulate(d_gates, preactivation);
        accumulate(d_cell, previous_cell);
    });
    return state;
}

} // namespace gwsd::ops
