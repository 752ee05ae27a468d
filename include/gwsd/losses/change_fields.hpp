#pragma once

#include "gwsd/kernels/loss_sign_cuda.hpp"
#include "gwsd/losses/loss_term.hpp"

namespace gwsd::losses {

/// What kernels of terms about a month's change read.
template <class T>
kernels::ChangeFields<T> change_fields(const LossInput<T, Cuda>& in)
{
    const Index samples = in.land.extent(0);
    return {.samples = samples,
            .cells = samples > 0 ? in.land.elements() / samples : 0,
            .land = in.land.data(),
            .area = in.area.data(),
            .mean = in.mean.value().data(),
            .change_reference = in.change_reference.data(),
            .recharge = in.recharge.data(),
            .change_weight = in.change_weight.data(),
            .change_scale = in.change_scale};
}

} // namespace gwsd::losses
