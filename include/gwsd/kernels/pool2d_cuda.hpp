#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/pool2d_options.hpp"
#include "gwsd/tensor/tensor_view.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void max_pool2d_forward(Cuda, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y);

template <class T>
void max_pool2d_backward(Cuda, TensorView<const T, 4> x, TensorView<const T, 4> y, TensorView<const T, 4> grad_y,
                         Pool2dOptions o, TensorView<T, 4> grad_x);

template <class T>
void average_pool2d_forward(Cuda, TensorView<const T, 4> x, Pool2dOptions o, TensorView<T, 4> y);

template <class T>
void average_pool2d_backward(Cuda, TensorView<const T, 4> grad_y, Pool2dOptions o, TensorView<T, 4> grad_x);

} // namespace gwsd::kernels
