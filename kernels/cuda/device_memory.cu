// Memory of tensors: from the device's stream-ordered pool; filled, copied and summed on the compute stream.

#include "gwsd/tensor/device_memory.hpp"

#include "gwsd/tensor/bfloat16.hpp"
#include "launch.hpp"

namespace gwsd {
namespace {

/// One thread a value.
template <class T>
__global__ void fill_kernel(Index n, T value, T* to)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i < n) to[i] = value;
}

/// One thread a value.
template <class T>
__global__ void accumulate_kernel(Index n, const T* from, T* sum)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i < n) sum[i] += from[i];
}

/// One thread a value of each.
template <class T>
__global__ void exchange_kernel(Index n, T* a, T* b)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i >= n) return;
    const T kept = a[i];
    a[i] = b[i], b[i] = kept;
}

} // namespace

std::shared_ptr<void> allocate_on_cuda(std::size_t bytes)
{
    const cudaStream_t stream = cuda::stream();
    void* block = nullptr;
    cuda::check(cudaMallocAsync(&block, bytes > 0 ? bytes : 1, stream), "allocation of a tensor");
    return {block, [stream](void* p) { (void)cudaFreeAsync(p, stream); }};
}

template <class T>
void fill(Cuda, Index n, T value, T* to)
{
    if (n == 0) return;
    fill_kernel<<<cuda::blocks_for(n, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(n, value, to);
    cuda::check_launch("fill");
}

template <class T>
void copy(Cuda, Index n, const T* from, T* to)
{
    cuda::check(
        cudaMemcpyAsync(to, from, static_cast<std::size_t>(n) * sizeof(T), cudaMemcpyDeviceToDevice, cuda::stream()),
        "copy of a tensor");
}

template <class T>
void accumulate(Cuda, Index n, const T* from, T* sum)
{
    if (n == 0) return;
    accumulate_kernel<<<cuda::blocks_for(n, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(n, from,
                                                                                                            sum);
    cuda::check_launch("accumulate");
}

template <class T>
void exchange(Cuda, Index n, T* a, T* b)
{
    if (n == 0) return;
    exchange_kernel<<<cuda::blocks_for(n, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(n, a, b);
    cuda::check_launch("exchange");
}

void copy_bytes_from_host(std::size_t bytes, const void* from, void* to)
{
    cuda::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyHostToDevice, cuda::stream()), "copy to the device");
}

void copy_bytes_to_host(std::size_t bytes, const void* from, void* to)
{
    cuda::check(cudaMemcpyAsync(to, from, bytes, cudaMemcpyDeviceToHost, cuda::stream()), "copy to the host");
    cuda::check(cudaStreamSynchronize(cuda::stream()), "copy to the host");
}

#define GWSD_INSTANTIATE(T)                        \
    template void fill(Cuda, Index, T, T*);        \
    template void copy(Cuda, Index, const T*, T*); \
    template void exchange(Cuda, Index, T*, T*);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)
GWSD_INSTANTIATE(bfloat16)
GWSD_INSTANTIATE(std::int32_t)
template void accumulate(Cuda, Index, const float*, float*);
template void accumulate(Cuda, Index, const double*, double*);

} // namespace gwsd
