// Who computes convolutions on the device: chosen by name, at run time.

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/conv2d_cuda_library.hpp"

namespace gwsd::kernels {
namespace {

const CudaConvLibrary* present(const CudaConvLibrary* library, const std::string& name, const char* title)
{
    if (library) return library;
    throw DeviceUnavailable("cuda.convolution = " + name + ": this build of gwsd has no " + title +
                            "; install its headers and library and configure again, or use gwsd");
}

} // namespace

void set_cuda_convolution(const std::string& name)
{
    if (name == "gwsd")
        detail::cuda_convolution_slot() = nullptr;
    else if (name == "cudnn")
        detail::cuda_convolution_slot() = present(cudnn::convolutions(), name, "cuDNN");
    else if (name == "cublas")
        detail::cuda_convolution_slot() = present(cublas::convolutions(), name, "cuBLAS");
    else
        throw ConfigError("cuda.convolution: expects gwsd, cudnn or cublas, got '" + name + "'");
}

} // namespace gwsd::kernels
