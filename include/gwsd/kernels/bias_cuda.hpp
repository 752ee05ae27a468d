#pragma once

#include "gwsd/core/device.hpp"
#ifdef __CUDACC__
#pragma nv_diag_suppress 554 // conversion of a view to what it already is
#endif
#include "gwsd/tensor/tensor_view.hpp"

// For T float and double; views into the device's memory.

namespace gwsd::kernels {

template <class T>
void bias_backward(Cuda, TensorView<const T, 2> grad, TensorView<T, 1> grad_bias);

} // namespace gwsd::kernels
