#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/group_norm_options.hpp"
#include "gwsd/tensor/tensor_view.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void group_norm_forward(Cuda, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                        GroupNormOptions o, bool then_silu, TensorView<T, 3> moments, TensorView<T, 4> y);

template <class T>
void group_norm_backward(Cuda, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                         GroupNormOptions o, bool then_silu, TensorView<const T, 3> moments,
                         TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x, bool add_to_grad_x,
                         TensorView<T, 1> grad_scale, TensorView<T, 1> grad_shift);

} // namespace gwsd::kernels
