// The convolution of x with w: y[b, r, c, o] = bias[o] + sum over i, j, k of w[o, i, j, k] x[b, r s - p + i, c s - p +
// j, k].

#include <type_traits>

#include "conv2d_gather.cuh"
#include "conv2d_mma.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"

namespace gwsd::kernels {

template <class T>
void conv2d_forward_with(ConvTile tile, TensorView<const T, 4> x, TensorView<const T, 4> w, Conv2dOptions o,
                         TensorView<T, 4> y, Conv2dInto<T> into)
{
    gather<false>("conv2d", tile, x, w, o, y, into);
}

template <class T>
void conv2d_forward(Cuda, TensorView<const T, 4> x, TensorView<const T, 4> w, Conv2dOptions o, TensorView<T, 4> y,
                    Conv2dInto<T> into)
{
    if constexpr (std::is_same_v<T, float>) {
        if (const CudaConvLibrary* library = cuda_convolution(); library && library->forward(x, w, o, into, y)) return;
        if (o.precision != Precision::f32) return mma::conv2d_forward(x, w, o, into, y);
    }
    const Index pixels = y.extent(0) * y.extent(1) * y.extent(2);
    conv2d_forward_with(choose_tile(pixels, y.extent(3)), x, w, o, y, into);
}

#define GWSD_INSTANTIATE(T)                                                                                    \
    template void conv2d_forward_with(ConvTile, TensorView<const T, 4>, TensorView<const T, 4>, Conv2dOptions, \
                                      TensorView<T, 4>, Conv2dInto<T>);                                        \
    template void conv2d_forward(Cuda, TensorView<const T, 4>, TensorView<const T, 4>, Conv2dOptions,          \
                                 TensorView<T, 4>, Conv2dInto<T>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
