#pragma once

#include "gwsd/nn/initialise.hpp"
#include "gwsd/ops/group_norm.hpp"

namespace gwsd::nn {

/// Group normalisation followed by SiLU, in one pass. x [batch, rows, cols, channels].
template <class T, class Device = Cpu>
struct GroupNormSilu {
    Variable<T, Device> scale, shift; ///< [channels]
    Index groups = 1;

    GroupNormSilu() = default;
    GroupNormSilu(Index channels, Index number_of_groups)
        : scale(constant_parameter<T, Device>({channels}, 1)),
          shift(constant_parameter<T, Device>({channels}, 0)),
          groups(number_of_groups)
    {
    }

    Variable<T, Device> operator()(const Variable<T, Device>& x) const
    {
        return ops::group_norm_silu(x, scale, shift, {.groups = groups});
    }
    void members(auto visit) const { visit("scale", scale), visit("shift", shift); }
};

} // namespace gwsd::nn
