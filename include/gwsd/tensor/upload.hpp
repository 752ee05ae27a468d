#pragma once

#include <memory>

#include "gwsd/tensor/tensor.hpp"

namespace gwsd {

/// Copies to the GPU that run beside its kernels: through pinned memory, on a stream of their own. Tensors that came
/// since the last wait() may be used by kernels after the next one; the host is not held up but for a copy of two
/// rounds before.
class CudaUpload {
public:
    CudaUpload(); ///< throws DeviceUnavailable
    ~CudaUpload();
    CudaUpload(const CudaUpload&) = delete;
    CudaUpload& operator=(const CudaUpload&) = delete;

    template <class T>
    Tensor<T, Cuda> operator()(const Tensor<T, Cpu>& tensor)
    {
        if (!tensor.defined()) return {};
        const auto bytes = static_cast<std::size_t>(tensor.elements()) * sizeof(T);
        const auto block = copy(bytes, tensor.data());
        return Tensor<T, Cuda>::from_storage(tensor.shape(), {block, static_cast<T*>(block.get())});
    }

    /// Kernels that are launched from now on wait for the copies.
    void wait();

private:
    std::shared_ptr<void> copy(std::size_t bytes, const void* from);

    struct State;
    std::unique_ptr<State> state_;
};

} // namespace gwsd
