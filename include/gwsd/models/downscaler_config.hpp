#pragma once

#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/shape.hpp"

namespace gwsd::models {

/// Sizes and choices of the network; written into the model file.
struct DownscalerConfig {
    Index coarse_channels = 6; ///< GWSA, predictors, validity
    Index fine_channels = 6;   ///< predictors, interpolated GWSA, land fraction, statics
    Index factor = 4;
    Index hidden = 64, encoder_layers = 2;
    std::vector<Index> channels{64, 128, 256}; ///< of the U-Net's levels, finest first
    Index bottleneck = 256, groups = 8;
    Index residual_blocks = 0;         ///< above 0: so many blocks of channels.front() in place of ConvLSTM and U-Net
    bool transposed_upsampling = true; ///< transposed 2 x 2 convolution; else bilinear resize and 3 x 3 convolution
    bool residual_mean = true;         ///< mean = base + network; else the network alone
    bool peepholes = false;
    bool detach_variance = false; ///< the variance head sends no gradient into the trunk (faithful)
    bool recompute = false;       ///< ConvLSTM steps are computed again in the backward pass
    double dropout = 0;           ///< share of the channels that training drops in front of the last layers
};

/// Names of presets. Those that begin with "cnn" are plain residual networks with about as many parameters as `default`
/// and `small`, to compare with.
inline constexpr const char* preset_names = "paper, default, small, cnn, cnn_small";

/// Sizes of a preset, without the channel counts of the inputs; ConfigError for an unknown name. `paper` predicts the
/// mean directly, the others as a residual; `small` has a quarter of the channels, so a sixteenth of the arithmetic.
inline DownscalerConfig preset(const std::string& name)
{
    DownscalerConfig config;
    if (name == "paper") {
        config.residual_mean = false;
    } else if (name == "small") {
        config.hidden = 16, config.channels = {16, 32, 64}, config.bottleneck = 64, config.groups = 4;
    } else if (name == "cnn") {
        config.channels = {128}, config.residual_blocks = 18;
    } else if (name == "cnn_small") {
        config.channels = {48}, config.residual_blocks = 8, config.groups = 4;
    } else if (name != "default") {
        throw ConfigError("model.preset: expects one of " + std::string(preset_names) + ", got '" + name + "'");
    }
    return config;
}

/// Throws ConfigError naming the first size that no network can have.
inline void check(const DownscalerConfig& c)
{
    const auto require = [](bool holds, const std::string& what) {
        if (!holds) throw ConfigError("model." + what);
    };
    require(c.coarse_channels >= 1 && c.fine_channels >= 1 && c.factor >= 1,
            "inputs: expects at least one coarse and one fine channel and a factor >= 1, got " +
                std::to_string(c.coarse_channels) + ", " + std::to_string(c.fine_channels) + " and " +
                std::to_string(c.factor));
    require(c.hidden >= 1, "hidden: expects at least 1, got " + std::to_string(c.hidden));
    require(c.encoder_layers >= 1, "encoder_layers: expects at least 1, got " + std::to_string(c.encoder_layers));
    require(!c.channels.empty() && c.channels.size() <= 8,
            "channels: expects 1 to 8 levels, got " + std::to_string(c.channels.size()));
    require(c.residual_blocks >= 0, "residual_blocks: expects at least 0, got " + std::to_string(c.residual_blocks));
    require(c.dropout >= 0 && c.dropout <= 0.9,
            "dropout: expects a share of the channels from 0 to 0.9, got " + std::to_string(c.dropout));
    require(c.groups >= 1, "groups: expects at least 1, got " + std::to_string(c.groups));
    for (const Index width : c.channels)
        require(width >= 1 && width % c.groups == 0, "channels: " + std::to_string(c.groups) +
                                                         " groups (model.groups) do not divide " +
                                                         std::to_string(width) + " channels");
    require(c.bottleneck >= 1 && c.bottleneck % c.groups == 0, "bottleneck: " + std::to_string(c.groups) +
                                                                   " groups (model.groups) do not divide " +
                                                                   std::to_string(c.bottleneck) + " channels");
}

} // namespace gwsd::models
