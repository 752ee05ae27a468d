#pragma once

#include "gwsd/nn/initialise.hpp"
#include "gwsd/ops/conv2d.hpp"

namespace gwsd::nn {

/// What a convolution layer reads and makes. A second source (a skip connection, say) shares rows and columns with the
/// first; its channels are convolved with weights of their own, which is what joining both first would compute.
struct Conv2dSizes {
    Index in = 1, second_in = 0, out = 1;
    Index kernel = 3;   ///< odd: padding keeps rows and columns
    bool exact = false; ///< in f32 whatever the default precision
};

/// y = bias + conv(x, weight) + conv(second, second_weight). x [batch, rows, cols, in].
template <class T, class Device = Cpu>
struct Conv2d {
    Variable<T, Device> weight, second_weight; ///< [out, kernel, kernel, in]; the second may be undefined
    Variable<T, Device> bias;                  ///< [out]
    bool exact = false;

    Conv2d() = default;
    Conv2d(const Conv2dSizes& sizes, Random& random) : exact(sizes.exact)
    {
        const Index k = sizes.kernel, fan_in = k * k * (sizes.in + sizes.second_in);
        weight = uniform_parameter<T, Device>({sizes.out, k, k, sizes.in}, fan_in, random);
        if (sizes.second_in > 0)
            second_weight = uniform_parameter<T, Device>({sizes.out, k, k, sizes.second_in}, fan_in, random);
        bias = uniform_parameter<T, Device>({sizes.out}, fan_in, random);
    }

    Variable<T, Device> operator()(const Variable<T, Device>& x) const
    {
        return ops::conv2d(x, weight, bias, options());
    }
    Variable<T, Device> operator()(const Variable<T, Device>& x, const Variable<T, Device>& second) const
    {
        return ops::conv2d(std::vector{x, second}, std::vector{weight, second_weight}, bias, options());
    }
    ops::Conv2dOptions options() const
    {
        return {.stride = 1,
                .padding = weight.shape()[1] / 2,
                .precision = exact ? kernels::Precision::f32 : kernels::default_precision()};
    }
    void members(auto visit) const
    {
        visit("weight", weight), visit("second_weight", second_weight), visit("bias", bias);
    }
};

} // namespace gwsd::nn
