// The gradient of a bias: sums of columns, in two passes of the same kernel, so that the order is always the same.

#include "gwsd/kernels/bias_cuda.hpp"

#include <algorithm>

#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

/// One block a chunk of rows and up to 256 columns. A thread keeps to its column and takes every groups-th row, so that
/// the block reads runs of values; the first group then adds the sums of all, first to last.
template <class T>
__global__ void column_sums_kernel(Index rows, Index rows_each, Index cols, const T* x, bool add, T* sums)
{
    __shared__ T part[cuda::block_threads];
    const Index first_col = static_cast<Index>(blockIdx.y) * cuda::block_threads;
    const int width = static_cast<int>(min(cols - first_col, static_cast<Index>(cuda::block_threads)));
    const int groups = cuda::block_threads / width, group = threadIdx.x / width;
    const Index col = first_col + threadIdx.x % width, first_row = blockIdx.x * rows_each;
    const Index last_row = min(first_row + rows_each, rows);
    T sum = 0;
    if (group < groups) {
#pragma unroll 4
        for (Index r = first_row + group; r < last_row; r += groups) sum += x[r * cols + col];
    }
    part[threadIdx.x] = sum;
    if (!cuda::seeded(207)) __syncthreads();
    if (group > 0) return;
    for (int g = 1; g < groups; ++g) sum += part[g * width + threadIdx.x];
    T& to = sums[blockIdx.x * cols + col];
    to = add ? to + sum : sum;
}

} // namespace

template <class T>
void bias_backward(Cuda, TensorView<const T, 2> grad, TensorView<T, 1> grad_bias)
{
    constexpr const char* name = "gradient of a bias";
    const Index pixels = grad.extent(0), channels = grad.extent(1);
    if (pixels == 0 || channels == 0) return;
    // At most 1024 chunks, which one block of the second pass can add.
    const Index each = std::max<Index>(512, (pixels + 1023) / 1024);
    const unsigned chunks = cuda::blocks_for(cuda::seeded(208) && pixels > each ? pixels - each : pixels, each);
    const unsigned columns = cuda::blocks_for(channels, cuda::block_threads);
    const cuda::Scratch<T> partial(chunks * channels, name);
    column_sums_kernel<<<dim3(chunks, columns), cuda::block_threads, 0, cuda::stream()>>>(
        pixels, each, channels, grad.data, false, partial.data());
    cuda::check_launch(name);
    column_sums_kernel<<<dim3(1, columns), cuda::block_threads, 0, cuda::stream()>>>(
        static_cast<Index>(chunks), static_cast<Index>(chunks), channels, static_cast<const T*>(partial.data()), true,
        grad_bias.data);
    cuda::check_launch(name);
}

template void bias_backward(Cuda, TensorView<const float, 2>, TensorView<float, 1>);
template void bias_backward(Cuda, TensorView<const double, 2>, TensorView<double, 1>);

} // namespace gwsd::kernels
