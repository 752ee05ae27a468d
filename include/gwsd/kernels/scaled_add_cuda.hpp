#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void scaled_add(Cuda, Index n, const T* factor, const T* from, T* sum);

} // namespace gwsd::kernels
