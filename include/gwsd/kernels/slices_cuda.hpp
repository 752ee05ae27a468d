#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void copy_columns(Cuda, Index rows, Index width, const T* from, Index from_stride, T* to, Index to_stride);

template <class T>
void add_columns(Cuda, Index rows, Index width, const T* from, Index from_stride, T* sum, Index sum_stride);

} // namespace gwsd::kernels
