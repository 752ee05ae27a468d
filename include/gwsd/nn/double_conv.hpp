#pragma once

#include "gwsd/nn/conv2d.hpp"
#include "gwsd/nn/group_norm.hpp"
#include "gwsd/ops/norm_silu_conv2d.hpp"

namespace gwsd::nn {

/// Two 3 x 3 convolutions with normalisation and SiLU: the unit that a U-Net is built from (Ronneberger et al. 2015).
/// x [batch, rows, cols, in], second source likewise -> [batch, rows, cols, out].
template <class T, class Device = Cpu>
struct DoubleConv {
    Conv2d<T, Device> first, second;
    GroupNormSilu<T, Device> first_norm, second_norm;

    DoubleConv() = default;
    DoubleConv(const Conv2dSizes& sizes, Index groups, Random& random)
        : first(sizes, random),
          second({.in = sizes.out, .out = sizes.out}, random),
          first_norm(sizes.out, groups),
          second_norm(sizes.out, groups)
    {
    }

    Variable<T, Device> operator()(const Variable<T, Device>& x) const { return rest(first(x)); }
    Variable<T, Device> operator()(const Variable<T, Device>& x, const Variable<T, Device>& skip) const
    {
        return rest(first(x, skip));
    }
    void members(auto visit) const
    {
        visit("first", first), visit("first_norm", first_norm), visit("second", second),
            visit("second_norm", second_norm);
    }

private:
    Variable<T, Device> rest(const Variable<T, Device>& x) const
    {
        const auto& n = first_norm;
        return second_norm(ops::norm_silu_conv2d(x, n.scale, n.shift, {.groups = n.groups}, second.weight, second.bias,
                                                 second.options()));
    }
};

} // namespace gwsd::nn
