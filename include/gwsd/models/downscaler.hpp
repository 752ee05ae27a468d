#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/autograd/variable.hpp"

namespace gwsd::models {

/// Sizes and choices of the network; written into the model file.
struct DownscalerConfig {
    Index coarse_channels = 6; ///< GWSA, predictors, validity
    Index fine_channels = 6;   ///< predictors, interpolated GWSA, land fraction, statics
    Index factor = 4;
    Index hidden = 64, encoder_layers = 2;
    std::vector<Index> channels{64, 128, 256}; ///< of the U-Net's levels, finest first
    Index bottleneck = 256, groups = 8;
    bool transposed_upsampling = true; ///< transposed 2 x 2 convolution; else bilinear resize and 3 x 3 convolution
    bool residual_mean = true;         ///< mean = base + network; else the network alone
    bool peepholes = false;
    bool detach_variance = false; ///< the variance head sends no gradient into the trunk (faithful)
    bool recompute = false;       ///< ConvLSTM steps are computed again in the backward pass
};

/// "paper", "default" or "small", without the channel counts of the inputs; ConfigError otherwise.
DownscalerConfig preset(const std::string& name);

template <class T, class Device = Cpu>
struct NamedParameter {
    std::string name; ///< "encoder.cell1.input_weight", ...
    Variable<T, Device> variable;
};

/// mean and log_variance, [batch, rows, cols] on the fine grid, normalised; log_variance lies in [-8, 6].
template <class T, class Device = Cpu>
struct Prediction {
    Variable<T, Device> mean, log_variance;
};

} // namespace gwsd::models

// class template Downscaler<T, Device>:
//   Downscaler(const DownscalerConfig&, std::uint64_t seed);
//   const DownscalerConfig& config() const;
//   Prediction<T, Device> operator()(const Variable& coarse, const Variable& fine, const Variable& base) const;
//     coarse [window, batch, rows, cols, coarse_channels], fine [batch, factor rows, factor cols, fine_channels],
//     base [batch, factor rows, factor cols]: interpolated GWSA, normalised. Rows and cols of the fine grid must be
//     multiples of 8 (ShapeError).
//   std::vector<NamedParameter<T, Device>> parameters() const;   always in the same order
