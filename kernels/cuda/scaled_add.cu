// A tensor added to another, times a factor that lies on the device.

#include "gwsd/kernels/scaled_add_cuda.hpp"

#include "launch.hpp"

namespace gwsd::kernels {
namespace {

/// One thread a value.
template <class T>
__global__ void scaled_add_kernel(Index n, const T* factor, const T* from, T* sum)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i < n) sum[i] += factor[0] * from[i];
}

} // namespace

template <class T>
void scaled_add(Cuda, Index n, const T* factor, const T* from, T* sum)
{
    if (n == 0) return;
    scaled_add_kernel<<<cuda::blocks_for(n, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(n, factor,
                                                                                                            from, sum);
    cuda::check_launch("scaled_add");
}

template void scaled_add(Cuda, Index, const float*, const float*, float*);
template void scaled_add(Cuda, Index, const double*, const double*, double*);

} // namespace gwsd::kernels
