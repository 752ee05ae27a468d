#include "gwsd/models/downscaler.hpp"
#include "cuda/support.hpp"
#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/optim/optimiser.hpp"

using namespace gwsd;
using test::convert_to;
using test::random_tensor;
using test::relative_difference;

namespace {

/// Few channels at three levels, tiles of 8 x 4 fine cells: every kind of layer, and shapes that fill no tile.
models::DownscalerConfig tiny(bool peepholes, bool transposed)
{
    return {.coarse_channels = 3,
            .fine_channels = 5,
            .hidden = 3,
            .channels = {4, 6},
            .bottleneck = 6,
            .groups = 2,
            .transposed_upsampling = transposed,
            .peepholes = peepholes};
}

template <class T, class Device>
struct Case {
    models::Downscaler<T, Device> network;
    Variable<T, Device> coarse, fine, base;
    losses::LossInput<T, Device> loss;

    explicit Case(const models::DownscalerConfig& config, Index batch = 2) : network(config, 7)
    {
        const auto there = [](const Tensor<double>& t) { return copy_to<Device>(convert_to<T>(t)); };
        // A network that starts as an interpolation says nothing of its trunk.
        std::uint64_t seed = 100;
        for (const auto& [name, variable] : network.parameters())
            if (name.find("head") != std::string::npos) {
                const auto values = convert_to<T>(random_tensor<double>(variable.shape(), seed++, 0.3));
                copy_from_host(Device{}, values.elements(), values.data(), variable.value().data());
            }
        coarse = Variable<T, Device>(there(random_tensor<double>({3, batch, 2, 1, 3}, 1)), true);
        fine = Variable<T, Device>(there(random_tensor<double>({batch, 8, 4, 5}, 2)), true);
        base = Variable<T, Device>(there(random_tensor<double>({batch, 8, 4}, 3)));
        const auto ones = [&](const Shape& shape) { return there(Tensor<double>::full(shape, 1)); };
        const Shape grid{batch, 8, 4}, cells{batch, 2, 1};
        loss.target = there(random_tensor<double>(grid, 4)), loss.valid = ones(grid), loss.land = ones(grid);
        loss.area = there(test::positive_tensor(grid, 5)), loss.coarse = there(random_tensor<double>(cells, 6));
        loss.coarse_valid = ones(cells), loss.recharge = there(random_tensor<double>(grid, 8));
        loss.change_reference = there(random_tensor<double>(grid, 9)), loss.change_weight = ones({batch});
        for (Index b = 0; b < batch; ++b) loss.row_origin.push_back(5 * b), loss.col_origin.push_back(3 * b);
        loss.region_size = 3;
    }

    losses::WeightedValue<T, Device> value()
    {
        const auto prediction = network(coarse, fine, base);
        loss.mean = prediction.mean, loss.log_variance = prediction.log_variance;
        return losses::WeightedLoss("beta_nll", {{"mass", 1.0}, {"tv", 1e-2}, {"sign", 0.1}, {"mag", 0.1}})(loss);
    }
};

/// Loss, mean, and the gradients of all parameters and inputs.
template <class T, class Device>
std::vector<Tensor<T>> forward_and_backward(const models::DownscalerConfig& config)
{
    Case<T, Device> c(config);
    Tape tape;
    const auto value = c.value();
    std::vector<Tensor<T>> results{copy_to<Cpu>(value.loss.value().clone()), copy_to<Cpu>(c.loss.mean.value().clone())};
    backward(tape, value.loss);
    for (const auto& [name, variable] : c.network.parameters())
        results.push_back(copy_to<Cpu>(variable.gradient()->sum()));
    results.push_back(copy_to<Cpu>(c.coarse.gradient()->sum()));
    results.push_back(copy_to<Cpu>(c.fine.gradient()->sum()));
    return results;
}

template <class A, class B>
double largest_difference(const std::vector<Tensor<A>>& a, const std::vector<Tensor<B>>& b)
{
    REQUIRE(a.size() == b.size());
    double largest = 0;
    for (std::size_t i = 0; i < a.size(); ++i) largest = std::max(largest, relative_difference(a[i], b[i]));
    return largest;
}

/// Losses of some steps, and the weights after them.
template <class T, class Device>
std::pair<std::vector<double>, std::vector<Tensor<T>>> ten_steps(const models::DownscalerConfig& config, int steps = 10)
{
    Case<T, Device> c(config);
    const auto parameters = c.network.parameters();
    optim::Optimiser<T, Device> optimiser(parameters, {.learning_rate = 3e-3}, 0.9);
    std::vector<double> losses;
    for (int step = 0; step < steps; ++step) {
        Tape tape;
        clear_gradients(parameters);
        const auto value = c.value();
        backward(tape, value.loss);
        CHECK(optimiser.step(3e-3, 1.0, value.loss.value()).read().taken);
        losses.push_back(static_cast<double>(value.loss.value().to_vector()[0]));
    }
    std::vector<Tensor<T>> weights;
    for (const auto& [name, variable] : parameters) weights.push_back(copy_to<Cpu>(variable.value()));
    return {losses, weights};
}

} // namespace

TEST_CASE("the whole network and all its gradients are the same on both devices")
{
    GWSD_NEEDS_CUDA
    for (const bool other : {false, true}) {
        const auto config = tiny(other, !other);
        const auto expected = forward_and_backward<double, Cpu>(config);
        CHECK(largest_difference(forward_and_backward<double, Cuda>(config), expected) < 1e-10);
        CHECK(largest_difference(forward_and_backward<float, Cuda>(config), expected) < 2e-4);
    }
}

TEST_CASE("steps of the encoder that are computed again give the same gradients on the device")
{
    GWSD_NEEDS_CUDA
    auto config = tiny(true, true);
    const auto kept = forward_and_backward<double, Cuda>(config);
    config.recompute = true;
    CHECK(largest_difference(forward_and_backward<double, Cuda>(config), kept) < 1e-12);
}

TEST_CASE("ten training steps are the same on both devices and the same bits again")
{
    GWSD_NEEDS_CUDA
    const auto [expected, expected_weights] = ten_steps<double, Cpu>(tiny(false, true));
    const auto [losses, weights] = ten_steps<double, Cuda>(tiny(false, true));
    CHECK(expected.back() < expected.front());
    for (std::size_t i = 0; i < losses.size(); ++i)
        CHECK(std::abs(losses[i] - expected[i]) < 1e-8 * std::abs(expected[i]));
    CHECK(largest_difference(weights, expected_weights) < 1e-8);

    const auto [first, first_weights] = ten_steps<float, Cuda>(tiny(false, true), 3);
    const auto [second, second_weights] = ten_steps<float, Cuda>(tiny(false, true), 3);
    if (test::same_bits_expected()) CHECK(first == second);
    for (std::size_t i = 0; test::same_bits_expected() && i < first_weights.size(); ++i)
        CHECK(first_weights[i].to_vector() == second_weights[i].to_vector());
    for (std::size_t i = 0; i < first.size(); ++i)
        CHECK(std::abs(first[i] - expected[i]) < 2e-3 * std::abs(expected[i]));
}

TEST_CASE("the network in other precisions stays near its f32 result on the device")
{
    GWSD_NEEDS_CUDA
    const auto config = tiny(false, true);
    const auto exact = forward_and_backward<float, Cuda>(config);
    kernels::set_precision(kernels::Precision::f32_fast);
    const auto fast = forward_and_backward<float, Cuda>(config);
    kernels::set_precision(kernels::Precision::bf16);
    const auto rounded = forward_and_backward<float, Cuda>(config);
    kernels::set_precision(kernels::Precision::f32);
    CHECK(relative_difference(fast[1], exact[1]) < 1e-5);
    CHECK(relative_difference(fast[1], exact[1]) > 0); // other kernels ran
    CHECK(relative_difference(rounded[1], exact[1]) < 3e-2);
    CHECK(relative_difference(rounded[1], exact[1]) > 1e-5);
}
