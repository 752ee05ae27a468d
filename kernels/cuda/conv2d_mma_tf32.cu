// Convolutions of f32 operands on tensor cores, each operand as the sum of two tf32 numbers.

#include "conv2d_mma_launch.cuh"

namespace gwsd::cuda {

using kernels::Conv2dInto;
using kernels::Conv2dOptions;
template <class T>
using View = TensorView<T, 4>;

template void forward<float>(View<const float>, View<const float>, Conv2dOptions, Conv2dInto<float>, View<float>,
                             BlockTile);
template void backward_input<float>(View<const float>, View<const float>, Conv2dOptions, Conv2dInto<float>, View<float>,
                                    BlockTile);
template void backward_weight<float>(View<const float>, View<const float>, Conv2dOptions, View<float>, BlockTile);

} // namespace gwsd::cuda
