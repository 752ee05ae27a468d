#pragma once

#include <atomic>
#include <string>

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/conv2d_options.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

/// f32 convolutions of NVIDIA's libraries on the device, behind the contract of conv2d_cuda.hpp. Each function returns
/// false, and has written nothing, for a shape or precision that the library does not serve: then gwsd's own kernels
/// do. The same call gives the same bits, since only deterministic algorithms are taken. Throws CudaError, OutOfMemory.
struct CudaConvLibrary {
    const char* name;
    bool (*forward)(TensorView<const float, 4> x, TensorView<const float, 4> w, Conv2dOptions o, Conv2dInto<float> into,
                    TensorView<float, 4> y);
    bool (*backward_input)(TensorView<const float, 4> grad_y, TensorView<const float, 4> w, Conv2dOptions o,
                           Conv2dInto<float> into, TensorView<float, 4> grad_x);
    bool (*backward_weight)(TensorView<const float, 4> x, TensorView<const float, 4> grad_y, Conv2dOptions o,
                            TensorView<float, 4> grad_w);
};

namespace cudnn {
/// Every convolution, by engines that cuDNN's heuristics name; null where the build lacks cuDNN. Loads the library:
/// DeviceUnavailable if it is not to be found.
const CudaConvLibrary* convolutions();
} // namespace cudnn

namespace cublas {
/// 1 x 1 convolutions, as products of matrices; null where the build lacks cuBLAS. Loads the library likewise.
const CudaConvLibrary* convolutions();
} // namespace cublas

namespace detail {
inline std::atomic<const CudaConvLibrary*>& cuda_convolution_slot()
{
    static std::atomic<const CudaConvLibrary*> slot{nullptr};
    return slot;
}
} // namespace detail

/// The library that f32 convolutions on the device ask first; null for gwsd's own kernels alone, as at the start.
inline const CudaConvLibrary* cuda_convolution() { return detail::cuda_convolution_slot(); }

/// "gwsd", "cudnn" or "cublas". Throws ConfigError for another name, DeviceUnavailable for a library that the build or
/// the machine lacks. Nothing of a library runs before the first convolution.
void set_cuda_convolution(const std::string& name);

} // namespace gwsd::kernels
