#pragma once

// The network with random inputs on a device, and what a loss reads: the same numbers on every device.

#include <string>
#include <vector>

#include "gpu_support.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"
#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/optim/optimiser.hpp"

namespace gwsd::bench {

template <class Device>
Tensor<float, Device> normal_field(const Shape& shape, std::uint64_t seed)
{
    auto field = Tensor<float>::empty(shape);
    Random random(seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = static_cast<float>(random.normal());
    return copy_to<Device>(field);
}

/// Everything but the prediction, on a fine grid of [batch, side, side].
template <class Device>
losses::LossInput<float, Device> loss_input(Index batch, Index side, Index factor)
{
    const Shape grid{batch, side, side}, coarse{batch, side / factor, side / factor};
    const auto ones = [](const Shape& shape) { return Tensor<float, Device>::full(shape, 1.0F); };
    const std::vector<Index> origin(static_cast<std::size_t>(batch), 0);
    return {.target = normal_field<Device>(grid, 4),
            .valid = ones(grid),
            .land = ones(grid),
            .area = ones(grid),
            .change_reference = normal_field<Device>(grid, 5),
            .recharge = normal_field<Device>(grid, 6),
            .change_weight = ones({batch}),
            .coarse = normal_field<Device>(coarse, 7),
            .coarse_valid = ones(coarse),
            .row_origin = origin,
            .col_origin = origin,
            .factor = factor};
}

inline losses::WeightedLoss whole_loss()
{
    return {"beta_nll", {{"sign", 0.1}, {"mag", 0.1}, {"mass", 1.0}, {"tv", 1e-3}, {"subgrid", 0.1}}};
}

template <class Device>
class NetworkStep {
public:
    static constexpr Index window = 6;

    NetworkStep(const std::string& preset, Index tile, Index batch)
        : network(models::preset(preset), 1), optimiser_(network.parameters(), {}, 0.99)
    {
        const auto& c = network.config();
        const Index side = c.factor * tile;
        const Shape grid{batch, side, side};
        coarse_ = Variable<float, Device>(normal_field<Device>({window, batch, tile, tile, c.coarse_channels}, 1));
        fine_ = Variable<float, Device>(normal_field<Device>({batch, side, side, c.fine_channels}, 2));
        base_ = Variable<float, Device>(normal_field<Device>(grid, 3));
        loss_input_ = loss_input<Device>(batch, side, c.factor);
    }

    models::Prediction<float, Device> forward() const { return network(coarse_, fine_, base_); }

    /// Forward, loss, backward, clipping, AdamW, average of the weights.
    void train()
    {
        clear_gradients(network.parameters());
        Tape tape;
        const auto prediction = forward();
        loss_input_.mean = prediction.mean, loss_input_.log_variance = prediction.log_variance;
        const auto value = loss_(loss_input_);
        backward(tape, value.loss);
        optimiser_.step(3e-4, 1.0, value.loss.value());
        loss_input_.mean = {}, loss_input_.log_variance = {};
    }

    const models::Downscaler<float, Device> network;

private:
    Variable<float, Device> coarse_, fine_, base_;
    losses::LossInput<float, Device> loss_input_;
    losses::WeightedLoss loss_ = whole_loss();
    optim::Optimiser<float, Device> optimiser_;
};

/// Floating-point operations of the convolutions of one forward pass of one sample.
template <class Device>
double forward_operations(const models::Downscaler<float, Device>& network, Index tile, Index window)
{
    const auto& c = network.config();
    double total = 0;
    for (const auto& [name, variable] : network.parameters()) {
        if (variable.shape().rank() != 4) continue;
        double pixels = static_cast<double>(tile * tile); // of the result; for a transposed convolution, of the input
        if (name.starts_with("encoder.")) {
            pixels *= static_cast<double>(name.find("hidden_weight") != std::string::npos ? window - 1 : window);
        } else {
            pixels *= static_cast<double>(c.factor * c.factor);
            const auto level = name.find_first_of("123456789");
            int halvings = name.starts_with("decoder.bottleneck") ? static_cast<int>(c.channels.size())
                           : name.starts_with("decoder.")         ? name[level] - '1'
                                                                  : 0;
            if (name.find("transpose") != std::string::npos) ++halvings;
            pixels /= static_cast<double>(Index{1} << (2 * halvings));
        }
        total += 2 * pixels * static_cast<double>(variable.value().elements());
    }
    return total;
}

} // namespace gwsd::bench
