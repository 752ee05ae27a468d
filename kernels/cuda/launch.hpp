#pragma once

// What every launcher in this folder uses. Kernels run on one stream, in the order of the calls; nothing waits for them
// but a copy to the host.

#include <cuda_runtime.h>

#include <cstdint>

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"

namespace gwsd::cuda {

/// The stream of all kernels. The first call chooses the device: DeviceUnavailable if there is none that will do.
cudaStream_t stream();

/// Throws OutOfMemory, DeviceUnavailable or CudaError, naming `operation` and what the runtime says.
void check(cudaError_t status, const char* operation);

/// Behind each launch: a failing one is never ignored.
inline void check_launch(const char* operation) { check(cudaGetLastError(), operation); }

/// Threads of a block of most kernels.
inline constexpr int block_threads = 256;

/// Blocks that cover `items` when each does `each` of them.
inline unsigned blocks_for(Index items, Index each) { return static_cast<unsigned>((items + each - 1) / each); }

/// True on a multiple of 16 bytes, which loads and stores of 128 bits want.
GWSD_HOST_DEVICE inline bool aligned(const void* p) { return reinterpret_cast<std::uintptr_t>(p) % 16 == 0; }

/// Uninitialised device memory for the time of a few launches, ordered by the stream.
template <class T>
class Scratch {
public:
    Scratch(Index count, const char* operation)
    {
        void* block = nullptr;
        check(cudaMallocAsync(&block, static_cast<std::size_t>(count > 0 ? count : 1) * sizeof(T), stream()),
              operation);
        data_ = static_cast<T*>(block);
    }
    ~Scratch() { (void)cudaFreeAsync(data_, stream()); }
    Scratch(const Scratch&) = delete;
    Scratch& operator=(const Scratch&) = delete;
    T* data() const { return data_; }

private:
    T* data_ = nullptr;
};

} // namespace gwsd::cuda
