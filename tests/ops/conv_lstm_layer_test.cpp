#include "gwsd/ops/conv_lstm_layer.hpp"

#include "gwsd/ops/pointwise.hpp"
#include "gwsd/ops/slices.hpp"
#include "support/gradcheck.hpp"

using namespace gwsd;
using test::check_gradients;
using test::random_tensor;
using V = Variable<double>;

namespace {

/// Weights and inputs for a window of 3, a batch of 2 and images of rows x cols.
std::vector<Tensor<double>> case_of(Index rows, Index cols, bool peepholes)
{
    std::vector<Tensor<double>> all{random_tensor<double>({6, rows, cols, 2}, 1),
                                    random_tensor<double>({12, 3, 3, 2}, 2, 0.4),
                                    random_tensor<double>({12, 3, 3, 3}, 3, 0.3), random_tensor<double>({12}, 4)};
    for (std::uint64_t n = 0; peepholes && n < 3; ++n) all.push_back(random_tensor<double>({3}, 5 + n));
    return all;
}

ops::ConvLstmWeights<double, Cpu> weights_of(const std::vector<V>& v)
{
    ops::ConvLstmWeights<double, Cpu> w{v[1], v[2], v[3], {}};
    if (v.size() > 4) w.peepholes = {v[4], v[5], v[6]};
    return w;
}

/// The layer as a composition of plain operations, step by step.
V composed(const std::vector<V>& v)
{
    const auto w = weights_of(v);
    ops::ConvLstmState<double, Cpu> state;
    std::vector<V> hidden;
    for (Index t = 0; t < 3; ++t) {
        auto z = ops::conv2d(ops::slice_first(v[0], 2 * t, 2 * t + 2), w.input, w.bias);
        if (t > 0) z = ops::add(z, ops::conv2d(state.hidden, w.hidden, V()));
        state = ops::conv_lstm_gates(z, state.cell, w.peepholes);
        hidden.push_back(state.hidden);
    }
    return ops::concatenate_first(hidden);
}

} // namespace

TEST_CASE("a ConvLSTM layer equals its steps one by one, and its gradients hold")
{
    for (const bool peepholes : {false, true})
        for (const bool recompute : {false, true})
            for (const auto& [rows, cols] : {std::pair<Index, Index>{2, 4}, {1, 1}}) {
                const auto inputs = case_of(rows, cols, peepholes);
                const auto layer = [&](const std::vector<V>& v) {
                    return ops::conv_lstm_layer(v[0], weights_of(v), {.window = 3, .recompute = recompute});
                };
                const std::vector<V> constants(inputs.begin(), inputs.end());
                const auto whole = layer(constants).value(), steps = composed(constants).value();
                for (Index i = 0; i < whole.elements(); ++i) CHECK(std::abs(whole.data()[i] - steps.data()[i]) < 1e-14);
                check_gradients(layer, inputs, 1e-7, 2);
            }
}

TEST_CASE("a window of one step is a cell without memory")
{
    const auto inputs = case_of(3, 3, false);
    check_gradients([](const auto& v) { return ops::conv_lstm_layer(v[0], weights_of(v), {.window = 1}); }, inputs,
                    1e-7, 2);
    const std::vector<V> v(inputs.begin(), inputs.end());
    const auto one = ops::conv_lstm_layer(v[0], weights_of(v), {.window = 1}).value();
    const auto gates = ops::conv_lstm_gates(ops::conv2d(v[0], v[1], v[3]), V()).hidden.value();
    for (Index i = 0; i < one.elements(); ++i) CHECK(std::abs(one.data()[i] - gates.data()[i]) < 1e-15);
}

TEST_CASE("a ConvLSTM layer without a tape keeps nothing and gives the same")
{
    const auto inputs = case_of(4, 2, true);
    std::vector<V> wanted;
    for (const auto& input : inputs) wanted.emplace_back(input, true);
    const std::vector<V> constants(inputs.begin(), inputs.end());
    const auto plain = ops::conv_lstm_layer(constants[0], weights_of(constants), {.window = 3}).value().to_vector();
    Tape tape;
    CHECK(ops::conv_lstm_layer(wanted[0], weights_of(wanted), {.window = 3}).value().to_vector() == plain);
    CHECK(tape.size() == 1);
}

TEST_CASE("a ConvLSTM layer names what does not fit")
{
    const auto inputs = case_of(2, 2, false);
    const std::vector<V> v(inputs.begin(), inputs.end());
    CHECK_THROWS_WITH(ops::conv_lstm_layer(v[0], weights_of(v), {.window = 4}),
                      "conv_lstm_layer: expects input [window * batch, rows, cols, channels] with window 4, got "
                      "[6, 2, 2, 2]");
    CHECK_THROWS_WITH(ops::conv_lstm_layer(v[0], {v[1], v[1], v[3], {}}, {.window = 3}),
                      "conv_lstm_layer: input [6, 2, 2, 2] expects weights [4 hidden, k, k, 2] and [4 hidden, k, k, "
                      "hidden] with odd k and bias [4 hidden], got [12, 3, 3, 2], [12, 3, 3, 2] and [12]");
}
