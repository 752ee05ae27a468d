#include "gwsd/ops/conv_lstm_gates.hpp"
#include "cuda/support.hpp"
#include "gwsd/ops/pointwise.hpp"

using namespace gwsd;
using test::check_devices_agree;
using test::random_tensor;

namespace {

/// Both states of a step in one field, so that gradients flow through both.
template <class V>
V both(const V& preactivation, const V& previous, const std::vector<V>& peepholes)
{
    const auto state = peepholes.empty()
                           ? ops::conv_lstm_gates(preactivation, previous)
                           : ops::conv_lstm_gates(preactivation, previous, {peepholes[0], peepholes[1], peepholes[2]});
    return ops::add(state.hidden, ops::multiply(state.hidden, state.cell));
}

} // namespace

TEST_CASE("the pointwise part of a ConvLSTM step is the same on both devices")
{
    GWSD_NEEDS_CUDA
    // Fewer pixels than a block and more; packs of four, and channels that fit none; more channels than threads.
    for (const Shape& state : {Shape{1, 1, 3, 4}, Shape{3, 5, 7, 12}, Shape{1, 13, 9, 5}, Shape{1, 1, 3, 259}}) {
        INFO(to_string(state));
        Shape gates = state;
        gates[3] *= 4;
        const Shape weights{state[3]};
        const auto z = random_tensor<double>(gates, 1), c = random_tensor<double>(state, 2),
                   wi = random_tensor<double>(weights, 3), wf = random_tensor<double>(weights, 4),
                   wo = random_tensor<double>(weights, 5);
        check_devices_agree([]<class V>(const std::vector<V>& v) { return both(v[0], V(), {}); }, {z});
        check_devices_agree([]<class V>(const std::vector<V>& v) { return both(v[0], v[1], {}); }, {z, c});
        check_devices_agree(
            []<class V>(const std::vector<V>& v) {
                return both(v[0], v[1], {v[2], v[3], v[4]});
            },
            {z, c, wi, wf, wo});
        check_devices_agree(
            []<class V>(const std::vector<V>& v) {
                return both(v[0], V(), {v[1], v[2], v[3]});
            },
            {z, wi, wf, wo});
    }
}

TEST_CASE("gradients of ConvLSTM gates may overwrite the gates and the cell gradient they come from")
{
    GWSD_NEEDS_CUDA
    const Index pixels = 70, hidden = 8;
    const auto on_device = [&](const Shape& shape, int seed) {
        return copy_to<Cuda>(random_tensor<float>(shape, static_cast<std::uint64_t>(seed)));
    };
    const auto gates = on_device({pixels, 4 * hidden}, 1), old = on_device({pixels, hidden}, 2),
               cell = on_device({pixels, hidden}, 3), grad_h = on_device({pixels, hidden}, 4),
               grad_c = on_device({pixels, hidden}, 5);
    const kernels::LstmStep<float> step{.pixels = pixels,
                                        .hidden = hidden,
                                        .gates = gates.data(),
                                        .previous = old.data(),
                                        .input_peephole = nullptr,
                                        .forget_peephole = nullptr,
                                        .output_peephole = nullptr,
                                        .cell = cell.data()};
    const auto d_gates = Tensor<float, Cuda>::empty(gates.shape()), d_cell = Tensor<float, Cuda>::empty(cell.shape());
    kernels::conv_lstm_gates_backward(Cuda{}, step, grad_h.data(), grad_c.data(), d_gates.data(), d_cell.data());
    kernels::conv_lstm_gates_backward(Cuda{}, step, grad_h.data(), grad_c.data(), gates.data(), grad_c.data());
    CHECK(test::relative_difference(gates, d_gates) < 1e-6);
    CHECK(test::relative_difference(grad_c, d_cell) < 1e-6);
}

TEST_CASE("gradients of peephole weights are sums over several chunks and add to what is there")
{
    GWSD_NEEDS_CUDA
    for (const auto& [pixels, hidden] : {std::pair<Index, Index>{1, 4}, {600, 12}, {1031, 3}, {300, 64}}) {
        const auto d = random_tensor<double>({pixels, 4 * hidden}, 1),
                   state = random_tensor<double>({pixels, hidden}, 2), start = random_tensor<double>({hidden}, 3);
        auto expected = start.clone();
        kernels::add_peephole_gradient(Cpu{}, pixels, hidden, d.data(), 3, state.data(), expected.data());
        const auto on_cuda = [&]<class T>(T) {
            const auto df = copy_to<Cuda>(test::convert_to<T>(d)), sf = copy_to<Cuda>(test::convert_to<T>(state)),
                       sum = copy_to<Cuda>(test::convert_to<T>(start));
            kernels::add_peephole_gradient(Cuda{}, pixels, hidden, df.data(), 3, sf.data(), sum.data());
            return sum;
        };
        const auto single = on_cuda(0.0f);
        CHECK(test::relative_difference(on_cuda(0.0), expected) < 1e-12);
        CHECK(test::relative_difference(single, expected) < 1e-6);
        CHECK(on_cuda(0.0f).to_vector() == single.to_vector());
    }
}
