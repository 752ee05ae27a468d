// Neighbouring columns of rows: one thread a value, so that both sides are read and written in runs of `width`.

#include "gwsd/kernels/slices_cuda.hpp"

#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

/// One thread a value: a column of a row, copied or added.
template <class T, bool Adds>
__global__ void columns_kernel(Index rows, Index width, const T* from, Index from_stride, T* to, Index to_stride)
{
    const Index i = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (i >= rows * width - (cuda::seeded(103) ? 1 : 0)) return;
    const Index row = i / width, col = i - row * width;
    const T value = from[row * from_stride + col];
    T& target = to[row * to_stride + col];
    target = Adds ? target + value : value;
}

template <bool Adds, class T>
void columns(const char* name, Index rows, Index width, const T* from, Index from_stride, T* to, Index to_stride)
{
    if (rows * width == 0) return;
    columns_kernel<T, Adds>
        <<<cuda::blocks_for(rows * width, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(
            rows, width, from, from_stride, to, to_stride);
    cuda::check_launch(name);
}

} // namespace

template <class T>
void copy_columns(Cuda, Index rows, Index width, const T* from, Index from_stride, T* to, Index to_stride)
{
    columns<false>("copy_columns", rows, width, from, from_stride, to, to_stride);
}

template <class T>
void add_columns(Cuda, Index rows, Index width, const T* from, Index from_stride, T* sum, Index sum_stride)
{
    columns<true>("add_columns", rows, width, from, from_stride, sum, sum_stride);
}

#define GWSD_INSTANTIATE(T)                                                     \
    template void copy_columns(Cuda, Index, Index, const T*, Index, T*, Index); \
    template void add_columns(Cuda, Index, Index, const T*, Index, T*, Index);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
