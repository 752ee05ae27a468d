// Convolutions of bf16 operands on tensor cores.

#include "conv2d_mma_launch.cuh"

namespace gwsd::cuda {

using kernels::Conv2dInto;
using kernels::Conv2dOptions;
template <class T>
using View = TensorView<T, 4>;
using bf16 = __nv_bfloat16;

#define GWSD_INSTANTIATE(From, Result)                                                                              \
    template void forward<bf16>(View<const From>, View<const From>, Conv2dOptions, Conv2dInto<float>, View<Result>, \
                                BlockTile);                                                                         \
    template void backward_input<bf16>(View<const From>, View<const From>, Conv2dOptions, Conv2dInto<float>,        \
                                       View<Result>, BlockTile);
GWSD_INSTANTIATE(float, float)
GWSD_INSTANTIATE(bf16, float)
GWSD_INSTANTIATE(bf16, bf16)
template void backward_weight<bf16>(View<const float>, View<const float>, Conv2dOptions, View<float>, BlockTile);
template void backward_weight<bf16>(View<const bf16>, View<const bf16>, Conv2dOptions, View<float>, BlockTile);

} // namespace gwsd::cuda
