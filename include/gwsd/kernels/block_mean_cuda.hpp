#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/block_mean_options.hpp"
#include "gwsd/tensor/tensor_view.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void block_mean_forward(Cuda, TensorView<const T, 3> x, TensorView<const T, 3> weight, BlockOptions o,
                        TensorView<T, 3> total, TensorView<T, 3> y);

template <class T>
void block_mean_backward(Cuda, TensorView<const T, 3> weight, BlockOptions o, TensorView<const T, 3> total,
                         TensorView<const T, 3> grad_y, TensorView<T, 3> grad_x);

} // namespace gwsd::kernels
