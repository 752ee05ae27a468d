#pragma once

#include "gwsd/nn/initialise.hpp"
#include "gwsd/ops/conv_transpose2d.hpp"

namespace gwsd::nn {

/// Doubles rows and columns: every pixel becomes 2 x 2 pixels through weights of its own position.
/// x [batch, rows, cols, in] -> [batch, 2 rows, 2 cols, out].
template <class T, class Device = Cpu>
struct ConvTranspose2d {
    Variable<T, Device> weight; ///< [in, 2, 2, out]
    Variable<T, Device> bias;   ///< [out]

    ConvTranspose2d() = default;
    ConvTranspose2d(Index in, Index out, Random& random)
        : weight(uniform_parameter<T, Device>({in, 2, 2, out}, in, random)),
          bias(uniform_parameter<T, Device>({out}, in, random))
    {
    }

    Variable<T, Device> operator()(const Variable<T, Device>& x) const
    {
        return ops::conv_transpose2d(x, weight, bias, {.stride = 2, .padding = 0});
    }
    void members(auto visit) const { visit("weight", weight), visit("bias", bias); }
};

} // namespace gwsd::nn
