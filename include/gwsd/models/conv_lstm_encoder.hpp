#pragma once

#include <string>
#include <vector>

#include "gwsd/nn/conv_lstm_cell.hpp"
#include "gwsd/ops/slices.hpp"

namespace gwsd::models {

/// Stacked ConvLSTM cells over a sequence of coarse fields; gives the last hidden state of the last layer.
template <class T, class Device = Cpu>
struct ConvLstmEncoder {
    std::vector<nn::ConvLstmCell<T, Device>> cells; ///< first layer first
    bool recompute_steps = false;                   ///< keep no gates; compute each step again in the backward pass

    ConvLstmEncoder() = default;
    ConvLstmEncoder(Index in, Index hidden, Index layers, bool peepholes, Random& random)
    {
        for (Index layer = 0; layer < layers; ++layer)
            cells.emplace_back(layer == 0 ? in : hidden, hidden, peepholes, random);
    }

    /// sequence [window, batch, rows, cols, in] -> [batch, rows, cols, hidden]. Throws ShapeError.
    Variable<T, Device> operator()(const Variable<T, Device>& sequence) const
    {
        const Shape& s = sequence.shape();
        if (s.rank() != 5 || s[0] < 1)
            throw ShapeError("conv_lstm_encoder: expects a sequence [window, batch, rows, cols, channels], got " +
                             to_string(s));
        const Index window = s[0], batch = s[1];
        auto steps = ops::reshape(sequence, {window * batch, s[2], s[3], s[4]});
        for (const auto& cell : cells) steps = cell(steps, {.window = window, .recompute = recompute_steps});
        return ops::slice_first(steps, (window - 1) * batch, window * batch);
    }
    void members(auto visit) const
    {
        for (std::size_t layer = 0; layer < cells.size(); ++layer)
            visit("cell" + std::to_string(layer + 1), cells[layer]);
    }
};

} // namespace gwsd::models
