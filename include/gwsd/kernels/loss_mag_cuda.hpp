#pragma once

#include "gwsd/kernels/loss_sign_cuda.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// 1 - correlation of |d| and |R|, as losses/terms/mag.hpp defines it.
template <class T>
void loss_mag(Cuda, const ChangeFields<T>& fields, const LossOutput<T>& output);

} // namespace gwsd::kernels
