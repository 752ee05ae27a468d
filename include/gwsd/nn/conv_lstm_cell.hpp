#pragma once

#include "gwsd/nn/initialise.hpp"
#include "gwsd/ops/conv_lstm_layer.hpp"

namespace gwsd::nn {

/// A convolutional LSTM cell with 3 x 3 kernels (Shi et al. 2015). The 4 hidden output channels are input gate, forget
/// gate, candidate and output gate; the forget gate's bias starts one higher, so that the cell remembers at first.
template <class T, class Device = Cpu>
struct ConvLstmCell {
    ops::ConvLstmWeights<T, Device> weights;

    ConvLstmCell() = default;
    ConvLstmCell(Index in, Index hidden, bool with_peepholes, Random& random)
    {
        const Index fan_in = 9 * (in + hidden);
        weights.input = uniform_parameter<T, Device>({4 * hidden, 3, 3, in}, fan_in, random);
        weights.hidden = uniform_parameter<T, Device>({4 * hidden, 3, 3, hidden}, fan_in, random);
        weights.bias = uniform_parameter<T, Device>({4 * hidden}, fan_in, random);
        const auto forget = weights.bias.value().slice(hidden, 2 * hidden);
        accumulate(Device{}, hidden, Tensor<T, Device>::full({hidden}, 1).data(), forget.data());
        if (with_peepholes)
            for (auto* peephole : {&weights.peepholes.input, &weights.peepholes.forget, &weights.peepholes.output})
                *peephole = uniform_parameter<T, Device>({hidden}, fan_in, random);
    }

    /// x [window * batch, rows, cols, in] -> hidden states of all steps, [window * batch, rows, cols, hidden].
    Variable<T, Device> operator()(const Variable<T, Device>& x, ops::ConvLstmOptions options) const
    {
        return ops::conv_lstm_layer(x, weights, options);
    }
    void members(auto visit) const
    {
        visit("input_weight", weights.input), visit("hidden_weight", weights.hidden), visit("bias", weights.bias);
        visit("input_peephole", weights.peepholes.input), visit("forget_peephole", weights.peepholes.forget);
        visit("output_peephole", weights.peepholes.output);
    }
};

} // namespace gwsd::nn
