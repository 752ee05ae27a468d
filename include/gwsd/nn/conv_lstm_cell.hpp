#pragma once

#include "gwsd/nn/initialise.hpp"
#include "gwsd/ops/conv2d.hpp"
#include "gwsd/ops/conv_lstm_gates.hpp"

namespace gwsd::nn {

/// A convolutional LSTM cell with 3 x 3 kernels (Shi et al. 2015). The 4 hidden output channels are input gate, forget
/// gate, candidate and output gate; the forget gate's bias starts one higher, so that the cell remembers at first.
/// The input half does not depend on the state: `project` computes it for all steps at once, `step` adds the rest.
template <class T, class Device = Cpu>
struct ConvLstmCell {
    using State = ops::ConvLstmState<T, Device>;

    Variable<T, Device> input_weight;    ///< [4 hidden, 3, 3, in]
    Variable<T, Device> hidden_weight;   ///< [4 hidden, 3, 3, hidden]
    Variable<T, Device> bias;            ///< [4 hidden]
    ops::Peepholes<T, Device> peepholes; ///< [hidden] each, or undefined

    ConvLstmCell() = default;
    ConvLstmCell(Index in, Index hidden, bool with_peepholes, Random& random)
    {
        const Index fan_in = 9 * (in + hidden);
        input_weight = uniform_parameter<T, Device>({4 * hidden, 3, 3, in}, fan_in, random);
        hidden_weight = uniform_parameter<T, Device>({4 * hidden, 3, 3, hidden}, fan_in, random);
        bias = uniform_parameter<T, Device>({4 * hidden}, fan_in, random);
        for (Index k = hidden; k < 2 * hidden; ++k) bias.value().data()[k] += T{1};
        if (with_peepholes)
            for (auto* weight : {&peepholes.input, &peepholes.forget, &peepholes.output})
                *weight = uniform_parameter<T, Device>({hidden}, fan_in, random);
    }

    /// The part of the pre-activations that the input gives, [batch, rows, cols, 4 hidden]; batch may run over steps.
    Variable<T, Device> project(const Variable<T, Device>& x) const { return ops::conv2d(x, input_weight, bias); }

    /// The next state from the projected input of one step. An undefined state is zero, and costs no convolution.
    State step(const Variable<T, Device>& projected, const State& state) const
    {
        if (!state.hidden.defined()) return ops::conv_lstm_gates(projected, state.cell, peepholes);
        const auto preactivation = ops::conv2d_onto(projected, state.hidden, hidden_weight);
        return ops::conv_lstm_gates(preactivation, state.cell, peepholes);
    }
    void members(auto visit) const
    {
        visit("input_weight", input_weight), visit("hidden_weight", hidden_weight), visit("bias", bias);
        visit("input_peephole", peepholes.input), visit("forget_peephole", peepholes.forget);
        visit("output_peephole", peepholes.output);
    }
};

} // namespace gwsd::nn
