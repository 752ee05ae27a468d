#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/chunks.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

template <class T>
void conv_lstm_gates_forward(Cuda, const LstmStep<T>& step, T* h);

template <class T>
void conv_lstm_gates_backward(Cuda, const LstmStep<T>& step, const T* grad_h, const T* grad_c, T* d_gates, T* d_cell);

template <class T>
void add_peephole_gradient(Cuda, Index pixels, Index hidden, const T* d_gates, Index gate, const T* state, T* gradient);

} // namespace gwsd::kernels
