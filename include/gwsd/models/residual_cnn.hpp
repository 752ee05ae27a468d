#pragma once

#include <string>
#include <vector>

#include "gwsd/nn/channel_dropout.hpp"
#include "gwsd/nn/double_conv.hpp"
#include "gwsd/ops/pointwise.hpp"

namespace gwsd::models {

/// A plain convolutional network at one resolution, after He et al. 2016 and, for super-resolution, Lim et al. 2017:
/// what a ConvLSTM and a U-Net are compared with.
template <class T, class Device = Cpu>
struct ResidualCnn {
    nn::Conv2d<T, Device> entry;
    std::vector<nn::DoubleConv<T, Device>> blocks; ///< each adds to what it reads

    ResidualCnn() = default;
    ResidualCnn(const nn::Conv2dSizes& sizes, Index count, Index groups, Random& random) : entry(sizes, random)
    {
        for (Index i = 0; i < count; ++i)
            blocks.emplace_back(nn::Conv2dSizes{.in = sizes.out, .out = sizes.out}, groups, random);
    }

    /// x [batch, rows, cols, in], second [.., second_in] -> [batch, rows, cols, out]. Dropout lies in front of every
    /// block, not on the way around it: what is dropped there would be lost to all that follow. Throws ShapeError.
    Variable<T, Device> operator()(const Variable<T, Device>& x, const Variable<T, Device>& second,
                                   const nn::ChannelDropout& dropout = {}) const
    {
        auto y = entry(x, second);
        for (std::size_t i = 0; i < blocks.size(); ++i) y = ops::add(y, blocks[i](dropout(y, static_cast<Index>(i))));
        return y;
    }
    void members(auto visit) const
    {
        visit("entry", entry);
        for (std::size_t i = 0; i < blocks.size(); ++i) visit("block" + std::to_string(i + 1), blocks[i]);
    }
};

} // namespace gwsd::models
