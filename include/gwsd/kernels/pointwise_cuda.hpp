#pragma once

#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/pointwise_functions.hpp"

// For T float and double and every function of pointwise_functions.hpp; pointers into the device's memory.

namespace gwsd::kernels {

template <class T, class F>
void map(Cuda, const F& f, Index n, const T* x, T* y);

template <class T, class F>
void map_backward(Cuda, const F& f, Index n, const T* x, const T* y, const T* grad_y, bool add, T* grad_x);

template <class T, class F>
void zip(Cuda, const F& f, Index n, const T* a, const T* b, T* y);

template <class T, class F>
void zip_backward_a(Cuda, const F& f, Index n, const T* a, const T* b, const T* grad_y, bool add, T* grad_a);

template <class T, class F>
void zip_backward_b(Cuda, const F& f, Index n, const T* a, const T* b, const T* grad_y, bool add, T* grad_b);

} // namespace gwsd::kernels
