#pragma once

#include <string>
#include <vector>

#include "gwsd/autograd/recompute.hpp"
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
        for (std::size_t layer = 0; layer < cells.size(); ++layer) {
            const auto hidden = run(cells[layer], cells[layer].project(steps), window, batch);
            if (layer + 1 == cells.size()) return hidden.back();
            steps = ops::concatenate_first(hidden);
        }
        return steps;
    }
    void members(auto visit) const
    {
        for (std::size_t layer = 0; layer < cells.size(); ++layer)
            visit("cell" + std::to_string(layer + 1), cells[layer]);
    }

private:
    using V = Variable<T, Device>;

    std::vector<V> run(const nn::ConvLstmCell<T, Device>& cell, const V& projected, Index window, Index batch) const
    {
        std::vector<V> hidden;
        typename nn::ConvLstmCell<T, Device>::State state;
        for (Index t = 0; t < window; ++t) {
            const V input = ops::slice_first(projected, t * batch, (t + 1) * batch);
            state = recompute_steps ? step_again(cell, input, state) : cell.step(input, state);
            hidden.push_back(state.hidden);
        }
        return hidden;
    }

    static auto step_again(const nn::ConvLstmCell<T, Device>& cell, const V& input,
                           const typename nn::ConvLstmCell<T, Device>::State& state)
    {
        using State = typename nn::ConvLstmCell<T, Device>::State;
        // Only the first step has no state; at() tells the compiler that what is not there is not read.
        const bool first = !state.hidden.defined();
        const auto part = [cell, first](const std::vector<V>& from) {
            const auto after = cell.step(from.at(0), first ? State{} : State{from.at(1), from.at(2)});
            return std::vector<V>{after.hidden, after.cell};
        };
        const auto inputs = first ? std::vector<V>{input} : std::vector<V>{input, state.hidden, state.cell};
        const auto next = recompute<T, Device>(part, inputs);
        return State{next[0], next[1]};
    }
};

} // namespace gwsd::models
