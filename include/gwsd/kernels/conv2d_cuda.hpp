#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#ifdef __CUDACC__
#pragma nv_diag_suppress 554 // conversion of a view to what it already is
#endif
#include "gwsd/tensor/tensor_view.hpp"

// For T float and double; views into the device's memory. The pixels of a tensor and the values of a kernel number
// fewer than 2^30: ShapeError otherwise.

namespace gwsd::kernels {

template <class T>
void conv2d_forward(Cuda, TensorView<const T, 4> x, TensorView<const T, 4> w, Conv2dOptions o, TensorView<T, 4> y,
                    Conv2dInto<T> into = {});

template <class T>
void conv2d_backward_input(Cuda, TensorView<const T, 4> grad_y, TensorView<const T, 4> w, Conv2dOptions o,
                           TensorView<T, 4> grad_x, Conv2dInto<T> into = {});

template <class T>
void conv2d_backward_weight(Cuda, TensorView<const T, 4> x, TensorView<const T, 4> grad_y, Conv2dOptions o,
                            TensorView<T, 4> grad_w);

} // namespace gwsd::kernels
