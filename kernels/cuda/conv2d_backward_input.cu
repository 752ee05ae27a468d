// The gradient with respect to x, gathered: each pixel of grad_x reads the pixels of grad_y that its value went into.

#include <type_traits>

#include "conv2d_gather.cuh"
#include "conv2d_mma.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"

namespace gwsd::kernels {

template <class T>
void conv2d_backward_input_with(ConvTile tile, TensorView<const T, 4> grad_y, TensorView<const T, 4> w, Conv2dOptions o,
                                TensorView<T, 4> grad_x, Conv2dInto<T> into)
{
    gather<true>("conv2d, gradient of the input", tile, grad_y, w, o, grad_x, into);
}

template <class T>
void conv2d_backward_input(Cuda, TensorView<const T, 4> grad_y, TensorView<const T, 4> w, Conv2dOptions o,
                           TensorView<T, 4> grad_x, Conv2dInto<T> into)
{
    if constexpr (std::is_same_v<T, float>) {
        if (const CudaConvLibrary* library = cuda_convolution();
            library && library->backward_input(grad_y, w, o, into, grad_x))
            return;
        if (o.precision != Precision::f32) return mma::conv2d_backward_input(grad_y, w, o, into, grad_x);
    }
    const Index pixels = grad_x.extent(0) * grad_x.extent(1) * grad_x.extent(2);
    conv2d_backward_input_with(choose_tile(pixels, grad_x.extent(3)), grad_y, w, o, grad_x, into);
}

#define GWSD_INSTANTIATE(T)                                                                                           \
    template void conv2d_backward_input_with(ConvTile, TensorView<const T, 4>, TensorView<const T, 4>, Conv2dOptions, \
                                             TensorView<T, 4>, Conv2dInto<T>);                                        \
    template void conv2d_backward_input(Cuda, TensorView<const T, 4>, TensorView<const T, 4>, Conv2dOptions,          \
                                        TensorView<T, 4>, Conv2dInto<T>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
