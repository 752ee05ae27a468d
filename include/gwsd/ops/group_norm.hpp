#pragma once

#include <cmath>
#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/group_norm.hpp"

namespace gwsd::ops {

using kernels::GroupNormOptions;

/// Group normalisation (Wu and He 2018), y = scale * (x - mean) / sqrt(variance + epsilon) + shift with moments over
/// the pixels and channels of each group of each sample, then SiLU if `then_silu`. x [batch, rows, cols, channels];
/// scale, shift [channels]. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> group_norm(const Variable<T, Device>& x, const Variable<T, Device>& scale,
                               const Variable<T, Device>& shift, GroupNormOptions options = {}, bool then_silu = false)
{
    const Shape& shape = x.shape();
    if (shape.rank() != 4)
        throw ShapeError("group_norm: expects input [batch, rows, cols, channels], got " + to_string(shape));
    if (options.groups < 1 || shape[3] % options.groups != 0)
        throw ShapeError("group_norm: " + std::to_string(options.groups) + " groups do not divide the " +
                         std::to_string(shape[3]) + " channels of " + to_string(shape));
    if (!(scale.shape() == Shape{shape[3]}) || !(shift.shape() == Shape{shape[3]}))
        throw ShapeError("group_norm: expects scale and shift [" + std::to_string(shape[3]) + "], got " +
                         to_string(scale.shape()) + " and " + to_string(shift.shape()));

    auto y = Tensor<T, Device>::empty(shape);
    auto moments = Tensor<T, Device>::empty({shape[0], options.groups, 2});
    const auto view = [](const Tensor<T, Device>& t) { return t.template view<4>(); };
    kernels::group_norm_forward<T>(Device{}, view(x.value()), flat(scale.value()), flat(shift.value()), options,
                                   then_silu, moments.template view<3>(), view(y));

    auto backward = [x, scale, shift, options, then_silu, moments, view](const Tensor<T, Device>& grad_y) {
        // The parameter gradients cost nothing beside the input's, so all three are always made.
        const auto slot = [&](const Variable<T, Device>& v) {
            return v.gradient() ? v.gradient()->sum() : Tensor<T, Device>::zeros(v.shape());
        };
        const auto [grad_x, add] =
            x.gradient() ? x.gradient()->target()
                         : typename Gradient<T, Device>::Target{Tensor<T, Device>::empty(x.shape()), false};
        kernels::group_norm_backward<T>(Device{}, view(x.value()), flat(scale.value()), flat(shift.value()), options,
                                        then_silu, moments.template view<3>(), view(grad_y), view(grad_x), add,
                                        flat(slot(scale)), flat(slot(shift)));
    };
    return record(std::move(y), std::move(backward), x, scale, shift);
}

/// Group normalisation and SiLU in one pass over memory.
template <class T, class Device>
Variable<T, Device> group_norm_silu(const Variable<T, Device>& x, const Variable<T, Device>& scale,
                                    const Variable<T, Device>& shift, GroupNormOptions options = {})
{
    return group_norm(x, scale, shift, options, true);
}

} // namespace gwsd::ops
