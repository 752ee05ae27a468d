#pragma once

// Convolutions on tensor cores, by implicit matrix products (docs/explanations/implicit_gemm.md): what
// kernels/conv2d.hpp says, for any kernel, stride, padding and number of channels, on the device's memory.

#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/tensor/bfloat16.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels::mma {

/// Size of the piece of the result that one block makes. `automatic` chooses by the size of the problem; the others are
/// for tests.
enum class BlockTile { automatic, small, medium, large };

// Operands in f32. Precision bf16: they are rounded to bf16 first, sums in f32. Any other: 3xTF32, each operand as the
// sum of two tf32 numbers, relative error about 1e-6.

void conv2d_forward(TensorView<const float, 4> x, TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                    TensorView<float, 4> y, BlockTile tile = BlockTile::automatic);
void conv2d_backward_input(TensorView<const float, 4> grad_y, TensorView<const float, 4> w, Conv2dOptions o,
                           Conv2dInto<float> into, TensorView<float, 4> grad_x, BlockTile tile = BlockTile::automatic);
/// Adds to grad_w.
void conv2d_backward_weight(TensorView<const float, 4> x, TensorView<const float, 4> grad_y, Conv2dOptions o,
                            TensorView<float, 4> grad_w, BlockTile tile = BlockTile::automatic);

// Operands stored in bf16, sums in f32; the result in f32, or rounded once to bf16. The precision is not looked at.

template <class T> // float or bfloat16
void conv2d_forward(TensorView<const bfloat16, 4> x, TensorView<const bfloat16, 4> w, Conv2dOptions o,
                    Conv2dInto<float> into, TensorView<T, 4> y, BlockTile tile = BlockTile::automatic);
template <class T> // float or bfloat16
void conv2d_backward_input(TensorView<const bfloat16, 4> grad_y, TensorView<const bfloat16, 4> w, Conv2dOptions o,
                           Conv2dInto<float> into, TensorView<T, 4> grad_x, BlockTile tile = BlockTile::automatic);
/// Adds to grad_w.
void conv2d_backward_weight(TensorView<const bfloat16, 4> x, TensorView<const bfloat16, 4> grad_y, Conv2dOptions o,
                            TensorView<float, 4> grad_w, BlockTile tile = BlockTile::automatic);

} // namespace gwsd::kernels::mma
