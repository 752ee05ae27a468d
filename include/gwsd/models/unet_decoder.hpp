#pragma once

#include <string>
#include <vector>

#include "gwsd/nn/channel_dropout.hpp"
#include "gwsd/nn/conv_transpose2d.hpp"
#include "gwsd/nn/double_conv.hpp"
#include "gwsd/ops/pool2d.hpp"
#include "gwsd/ops/resize.hpp"

namespace gwsd::models {

/// Doubles rows and columns: a transposed 2 x 2 convolution, or bilinear resize and a 3 x 3 convolution.
template <class T, class Device = Cpu>
struct Upsampling {
    bool transposed = true;
    nn::ConvTranspose2d<T, Device> transpose;
    nn::Conv2d<T, Device> conv;

    Upsampling() = default;
    Upsampling(Index in, Index out, bool use_transposed, Random& random) : transposed(use_transposed)
    {
        if (transposed)
            transpose = {in, out, random};
        else
            conv = {{.in = in, .out = out}, random};
    }
    Variable<T, Device> operator()(const Variable<T, Device>& x) const
    {
        if (transposed) return transpose(x);
        return conv(ops::resize_bilinear(x, 2 * x.shape()[1], 2 * x.shape()[2]));
    }
    void members(auto visit) const { transposed ? visit("transpose", transpose) : visit("conv", conv); }
};

/// Sizes of a U-Net: channels of its levels, finest first, and below them.
struct UNetSizes {
    Index in = 1, second_in = 0;
    std::vector<Index> channels{64, 128, 256};
    Index bottleneck = 256, groups = 8;
    bool transposed_upsampling = true;
};

/// U-Net (Ronneberger et al. 2015): every level has a DoubleConv on the way down and one on the way up, which reads
/// the upsampled features and, as its second source, those of the way down.
template <class T, class Device = Cpu>
struct UNetDecoder {
    std::vector<nn::DoubleConv<T, Device>> down, up; ///< finest first
    std::vector<Upsampling<T, Device>> upsampling;   ///< into the level
    nn::DoubleConv<T, Device> bottleneck;

    UNetDecoder() = default;
    UNetDecoder(const UNetSizes& sizes, Random& random)
    {
        const auto& width = sizes.channels;
        const std::size_t levels = width.size();
        for (std::size_t l = 0; l < levels; ++l)
            down.emplace_back(l == 0 ? nn::Conv2dSizes{.in = sizes.in, .second_in = sizes.second_in, .out = width[0]}
                                     : nn::Conv2dSizes{.in = width[l - 1], .out = width[l]},
                              sizes.groups, random);
        bottleneck = {{.in = width.back(), .out = sizes.bottleneck}, sizes.groups, random};
        for (std::size_t l = 0; l < levels; ++l) {
            const Index below = l + 1 < levels ? width[l + 1] : sizes.bottleneck;
            upsampling.emplace_back(below, width[l], sizes.transposed_upsampling, random);
            up.emplace_back(nn::Conv2dSizes{.in = width[l], .second_in = width[l], .out = width[l]}, sizes.groups,
                            random);
        }
    }

    /// x [batch, rows, cols, in], second [.., second_in] -> [batch, rows, cols, channels of the finest level]. Dropout
    /// lies in front of the bottleneck and, on the way up, of every level, behind the upsampling; what a level has from
    /// the way down stays whole. Throws ShapeError unless rows and cols can be halved at every level.
    Variable<T, Device> operator()(const Variable<T, Device>& x, const Variable<T, Device>& second,
                                   const nn::ChannelDropout& dropout = {}) const
    {
        const Index multiple = Index{1} << down.size();
        if (x.shape().rank() != 4 || x.shape()[1] % multiple != 0 || x.shape()[2] % multiple != 0)
            throw ShapeError(
                "unet_decoder: expects input [batch, rows, cols, channels] with rows and cols that are "
                "multiples of " +
                std::to_string(multiple) + ", got " + to_string(x.shape()));
        std::vector<Variable<T, Device>> skip;
        for (std::size_t l = 0; l < down.size(); ++l)
            skip.push_back(l == 0 ? down[0](x, second) : down[l](ops::max_pool2d(skip.back())));
        auto y = bottleneck(dropout(ops::max_pool2d(skip.back()), 0));
        for (std::size_t l = down.size(); l-- > 0;)
            y = up[l](dropout(upsampling[l](y), static_cast<Index>(l) + 1), skip[l]);
        return y;
    }
    void members(auto visit) const
    {
        for (std::size_t l = 0; l < down.size(); ++l) visit("down" + std::to_string(l + 1), down[l]);
        visit("bottleneck", bottleneck);
        for (std::size_t l = down.size(); l-- > 0;) {
            visit("upsampling" + std::to_string(l + 1), upsampling[l]);
            visit("up" + std::to_string(l + 1), up[l]);
        }
    }
};

} // namespace gwsd::models
