#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/models/conv_lstm_encoder.hpp"
#include "gwsd/models/downscaler_config.hpp"
#include "gwsd/models/residual_cnn.hpp"
#include "gwsd/models/unet_decoder.hpp"
#include "gwsd/nn/module.hpp"
#include "gwsd/ops/pointwise.hpp"
#include "gwsd/ops/slices.hpp"

namespace gwsd::models {

using gwsd::NamedParameter;

/// mean and log_variance, [batch, rows, cols] on the fine grid, normalised; log_variance lies in [-8, 6].
template <class T, class Device = Cpu>
struct Prediction {
    Variable<T, Device> mean, log_variance;
};

/// The network of SPEC 4: a ConvLSTM reads the coarse window, its last hidden state is resized to the fine grid, and a
/// U-Net refines it together with the fine fields; 1 x 1 convolutions give mean and log variance. With residual_blocks
/// a plain residual CNN takes the place of both; of the window it sees the last month.
template <class T, class Device = Cpu>
class Downscaler {
public:
    static constexpr double lowest_log_variance = -8, highest_log_variance = 6;

    /// Parameters are drawn from `seed`. Throws ConfigError.
    Downscaler(const DownscalerConfig& config, std::uint64_t seed) : config_(config)
    {
        check(config);
        Random random(seed, initialisation_stream);
        const Index width = config.channels.front();
        if (config.residual_blocks > 0) {
            plain_ = {{.in = config.coarse_channels, .second_in = config.fine_channels, .out = width},
                      config.residual_blocks,
                      config.groups,
                      random};
        } else {
            encoder_ = {config.coarse_channels, config.hidden, config.encoder_layers, config.peepholes, random};
            encoder_.recompute_steps = config.recompute;
            decoder_ = {{.in = config.hidden,
                         .second_in = config.fine_channels,
                         .channels = config.channels,
                         .bottleneck = config.bottleneck,
                         .groups = config.groups,
                         .transposed_upsampling = config.transposed_upsampling},
                        random};
        }
        mean_head_ = {{.in = width, .out = 1, .kernel = 1, .exact = true}, random};
        log_variance_head_ = {{.in = width, .out = 1, .kernel = 1, .exact = true}, random};
        if (config.residual_mean) start_as_interpolation();
    }

    const DownscalerConfig& config() const { return config_; }

    /// coarse [window, batch, rows, cols, coarse_channels], fine [batch, factor rows, factor cols, fine_channels],
    /// base [batch, factor rows, factor cols]: interpolated GWSA, normalised. Rows and cols of the fine grid must be
    /// multiples of 8 for three levels. Without `dropout` the network is whole. Throws ShapeError.
    Prediction<T, Device> operator()(const Variable<T, Device>& coarse, const Variable<T, Device>& fine,
                                     const Variable<T, Device>& base, const nn::ChannelDropout& dropout = {}) const
    {
        check_inputs(coarse.shape(), fine.shape(), base.shape());
        const Shape& grid = base.shape();
        const bool plain = config_.residual_blocks > 0;
        const auto seen = ops::resize_bilinear(plain ? last_month(coarse) : encoder_(coarse), grid[1], grid[2]);
        const auto trunk = plain ? plain_(seen, fine, dropout) : decoder_(seen, fine, dropout);
        auto mean = ops::reshape(mean_head_(trunk), grid);
        if (config_.residual_mean) mean = ops::add(mean, base);
        const auto raw = log_variance_head_(config_.detach_variance ? trunk.detach() : trunk);
        return {std::move(mean), ops::clamp(ops::reshape(raw, grid), static_cast<T>(lowest_log_variance),
                                            static_cast<T>(highest_log_variance))};
    }

    /// Always in the same order; handles, so that writing to one changes the network.
    std::vector<NamedParameter<T, Device>> parameters() const { return nn::parameters<T, Device>(*this); }

    void members(auto visit) const
    {
        visit("encoder", encoder_), visit("decoder", decoder_), visit("cnn", plain_), visit("mean_head", mean_head_);
        visit("log_variance_head", log_variance_head_);
    }

private:
    static constexpr std::uint64_t initialisation_stream = 0x1417;

    static Variable<T, Device> last_month(const Variable<T, Device>& coarse)
    {
        const Shape& s = coarse.shape();
        const auto months = ops::reshape(coarse, {s[0] * s[1], s[2], s[3], s[4]});
        return ops::slice_first(months, (s[0] - 1) * s[1], s[0] * s[1]);
    }

    /// A residual of zero: the first prediction is the interpolation, whatever the seed.
    void start_as_interpolation()
    {
        for (const auto* p : {&mean_head_.weight, &mean_head_.bias})
            fill(Device{}, p->value().elements(), T{}, p->value().data());
    }

    void check_inputs(const Shape& coarse, const Shape& fine, const Shape& base) const
    {
        const auto& c = config_;
        if (coarse.rank() != 5 || coarse[4] != c.coarse_channels)
            throw ShapeError("downscaler: expects coarse [window, batch, rows, cols, " +
                             std::to_string(c.coarse_channels) + "], got " + to_string(coarse));
        const Shape grid{coarse[1], c.factor * coarse[2], c.factor * coarse[3]};
        if (!(fine == Shape{grid[0], grid[1], grid[2], c.fine_channels}) || !(base == grid))
            throw ShapeError("downscaler: coarse " + to_string(coarse) + " and factor " + std::to_string(c.factor) +
                             " expect fine " + to_string(Shape{grid[0], grid[1], grid[2], c.fine_channels}) +
                             " and base " + to_string(grid) + ", got " + to_string(fine) + " and " + to_string(base));
    }

    DownscalerConfig config_;
    ConvLstmEncoder<T, Device> encoder_;
    UNetDecoder<T, Device> decoder_;
    ResidualCnn<T, Device> plain_;
    nn::Conv2d<T, Device> mean_head_, log_variance_head_;
};

} // namespace gwsd::models
