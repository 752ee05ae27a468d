#pragma once

// The three convolutions for operands stored as From, multiplied as Element: <float, float>, <__nv_bfloat16, float> and
// <__nv_bfloat16, __nv_bfloat16>. Defined in conv2d_mma_launch.cuh, instantiated in one file for each Element.

#include <cuda_bf16.h>

#pragma nv_diag_suppress 554 // conversion of a view to what it already is
#include "conv2d_mma.hpp"

namespace gwsd::cuda {

using kernels::mma::BlockTile;

template <class Element, class From, class Result>
void forward(TensorView<const From, 4> x, TensorView<const From, 4> w, kernels::Conv2dOptions o,
             kernels::Conv2dInto<float> into, TensorView<Result, 4> y, BlockTile tile);

template <class Element, class From, class Result>
void backward_input(TensorView<const From, 4> grad_y, TensorView<const From, 4> w, kernels::Conv2dOptions o,
                    kernels::Conv2dInto<float> into, TensorView<Result, 4> grad_x, BlockTile tile);

template <class Element, class From>
void backward_weight(TensorView<const From, 4> x, TensorView<const From, 4> grad_y, kernels::Conv2dOptions o,
                     TensorView<float, 4> grad_w, BlockTile tile);

} // namespace gwsd::cuda
