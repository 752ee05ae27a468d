#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/loss_output.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// A month's change and the recharge: fields of [samples, cells], change_weight of [samples].
template <class T>
struct ChangeFields {
    Index samples, cells;
    const T *land, *area, *mean, *change_reference, *recharge, *change_weight;
    double change_scale;
};

/// Mean of relu(-tanh(d / s_d) tanh(R / s_R)), as losses/terms/sign.hpp defines it.
template <class T>
void loss_sign(Cuda, const ChangeFields<T>& fields, const LossOutput<T>& output);

} // namespace gwsd::kernels
