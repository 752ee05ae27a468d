#pragma once

// The network with random inputs, ready for one pass of inference, one step of training, or its ConvLSTM alone.

#include <memory>
#include <string>
#include <vector>

#include "gwsd/core/random.hpp"
#include "gwsd/kernels/packed_weights.hpp"
#include "gwsd/losses/weighted_loss.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"

namespace gwsd::bench {

inline Tensor<float> normal_field(const Shape& shape, std::uint64_t seed)
{
    auto field = Tensor<float>::empty(shape);
    Random random(seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = static_cast<float>(random.normal());
    return field;
}

/// Floating-point operations of the convolutions of one forward pass of one sample, the encoder's or all.
inline double forward_operations(const models::Downscaler<float>& network, Index tile, Index window,
                                 bool encoder_only = false)
{
    const auto& c = network.config();
    double total = 0;
    for (const auto& [name, variable] : network.parameters()) {
        const Shape& shape = variable.shape();
        if (shape.rank() != 4) continue;
        double pixels = static_cast<double>(tile * tile); // of the result; for a transposed convolution, of the input
        if (name.starts_with("encoder.")) {
            const bool hidden = name.find("hidden_weight") != std::string::npos;
            pixels *= static_cast<double>(hidden ? window - 1 : window);
        } else {
            if (encoder_only) continue;
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

class NetworkStep {
public:
    static constexpr Index window = 6;

    NetworkStep(const std::string& preset, Index tile, Index batch)
        : network(models::preset(preset), 1), parameters(network.parameters()), adamw_(parameters)
    {
        const auto& c = network.config();
        Random random(1);
        encoder_ = {c.coarse_channels, c.hidden, c.encoder_layers, c.peepholes, random};
        encoder_parameters_ = nn::parameters<float>(encoder_);
        const Index side = c.factor * tile;
        const Shape grid{batch, side, side}, coarse_grid{batch, tile, tile};
        coarse_ = Variable<float>(normal_field({window, batch, tile, tile, c.coarse_channels}, 1));
        fine_ = Variable<float>(normal_field({batch, side, side, c.fine_channels}, 2));
        base_ = Variable<float>(normal_field(grid, 3));
        const auto one = Tensor<float>::full(grid, 1.0F);
        loss_input_ = {.target = normal_field(grid, 4),
                       .valid = one,
                       .land = one,
                       .area = one,
                       .change_reference = normal_field(grid, 5),
                       .recharge = normal_field(grid, 6),
                       .change_weight = Tensor<float>::full({batch}, 1.0F),
                       .coarse = normal_field(coarse_grid, 7),
                       .coarse_valid = Tensor<float>::full(coarse_grid, 1.0F),
                       .row_origin = std::vector<Index>(static_cast<std::size_t>(batch), 0),
                       .col_origin = std::vector<Index>(static_cast<std::size_t>(batch), 0)};
    }

    /// As `gwsd downscale` does: with weights that are packed once.
    void forward() const
    {
        if (!packed_) packed_ = std::make_unique<kernels::PackedWeights>();
        network(coarse_, fine_, base_);
    }

    /// Forward, loss, backward, clipping, AdamW.
    void train()
    {
        clear_gradients(parameters);
        Tape tape;
        const auto prediction = network(coarse_, fine_, base_);
        loss_input_.mean = prediction.mean, loss_input_.log_variance = prediction.log_variance;
        const auto value = loss_(loss_input_);
        backward(tape, value.loss);
        adamw_.step(3e-4, optim::clip_factor(optim::gradient_norm(parameters), 1.0));
        loss_input_.mean = {}, loss_input_.log_variance = {};
    }

    /// A ConvLSTM of the network's sizes over the whole sequence, forward and backward.
    void conv_lstm()
    {
        clear_gradients(encoder_parameters_);
        Tape tape;
        const auto hidden = encoder_(coarse_);
        hidden.gradient()->add(Tensor<float>::full(hidden.shape(), 1.0F));
        tape.run_backward();
    }

    const models::Downscaler<float> network;
    const std::vector<NamedParameter<float>> parameters;

private:
    mutable std::unique_ptr<kernels::PackedWeights> packed_;
    models::ConvLstmEncoder<float> encoder_;
    std::vector<NamedParameter<float>> encoder_parameters_;
    Variable<float> coarse_, fine_, base_;
    losses::LossInput<float, Cpu> loss_input_;
    losses::WeightedLoss loss_{"beta_nll", {{"sign", 0.1}, {"mag", 0.1}, {"mass", 1.0}, {"tv", 1e-3}}};
    optim::AdamW<float> adamw_;
};

} // namespace gwsd::bench
