#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/tensor/tensor_view.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void resize_bilinear_forward(Cuda, TensorView<const T, 4> x, TensorView<T, 4> y);

template <class T>
void resize_bilinear_backward(Cuda, TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x);

} // namespace gwsd::kernels
