// Weighted means over blocks of cells. Small blocks: a row of them at a time, cells read along the rows of the field.
// Larger ones, up to the whole field: in parts of 16 rows, then over the parts. WeightedSum run in double in a fixed
// order.

#pragma nv_diag_suppress 554 // views of constant values also have a conversion to themselves
#include "gwsd/kernels/block_mean_cuda.hpp"

#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

constexpr int small_side = 32; ///< blocks up to 32 x 32 cells are small
constexpr int line_threads = 128;
constexpr int part_cols = 32, part_rows = 8, rows_each = 2; ///< threads of a part, and the rows of each

struct MeanShape {
    int batch, rows, cols, size_rows, size_cols, block_rows, block_cols;
};

/// sum of weights, and of weights times values
struct WeightedSum {
    double weight = 0, product = 0;
    template <class T>
    __device__ void add(const T* weights, const T* x, Index cell)
    {
        const auto w = static_cast<double>(weights[cell]);
        if (w == 0 && !cuda::seeded(319)) return; // x may be NaN there
        weight += w, product += w * static_cast<double>(x[cell]);
    }
};

template <class T>
__device__ void put_mean(double weight, double product, Index block, T* total, T* y)
{
    total[block] = static_cast<T>(weight);
    y[block] = weight == 0 ? T{} : static_cast<T>(product / weight);
}

/// Threads along as many whole blocks of a row of blocks as fit. Each sums a column of its block; the first ones then
/// add the columns of a block each. Columns lie an odd number of doubles apart from block to block: no bank conflicts.
template <class T>
__global__ void __launch_bounds__(line_threads)
    small_blocks_kernel(MeanShape s, const T* x, const T* weight, T* total, T* y)
{
    __shared__ double weights[2 * line_threads], products[2 * line_threads];
    const int line = cuda::line_here(), sample = line / s.block_rows, block_row = line % s.block_rows;
    const auto size = static_cast<unsigned>(s.size_cols), fit = line_threads / size, apart = size | 1;
    const int first_block = static_cast<int>(blockIdx.y * fit),
              col = static_cast<int>(first_block * size + threadIdx.x);
    const int last_row = (block_row + 1) * s.size_rows < s.rows ? (block_row + 1) * s.size_rows : s.rows;
    const unsigned own = threadIdx.x / size;
    if (own < fit) {
        WeightedSum sums;
        if (col < s.cols)
            for (int r = block_row * s.size_rows; r < last_row; ++r)
                sums.add(weight, x, (Index{sample} * s.rows + r) * s.cols + col);
        const unsigned at = own * apart + threadIdx.x % size;
        weights[at] = sums.weight, products[at] = sums.product;
    }
    if (!cuda::seeded(320)) __syncthreads();
    if (threadIdx.x >= fit || first_block + static_cast<int>(threadIdx.x) >= s.block_cols) return;
    double w = 0, p = 0;
    for (unsigned i = 0; i < size; ++i) w += weights[threadIdx.x * apart + i], p += products[threadIdx.x * apart + i];
    put_mean(w, p, Index{line} * s.block_cols + first_block + threadIdx.x, total, y);
}

/// Threads [8 rows, 32 columns] sum 16 rows of a block: partial [parts, 2, blocks].
template <class T>
__global__ void __launch_bounds__(part_cols* part_rows)
    block_parts_kernel(MeanShape s, const T* x, const T* weight, double* partial)
{
    __shared__ double weights[part_rows][part_cols], products[part_rows][part_cols];
    const int block = static_cast<int>(blockIdx.x), line = block / s.block_cols, sample = line / s.block_rows;
    const int top = line % s.block_rows * s.size_rows, left = block % s.block_cols * s.size_cols;
    const int bottom = top + s.size_rows < s.rows ? top + s.size_rows : s.rows,
              right = left + s.size_cols < s.cols ? left + s.size_cols : s.cols,
              first = top + static_cast<int>(blockIdx.y * part_rows * rows_each + threadIdx.y);
    WeightedSum sums;
    for (int i = 0; i < rows_each; ++i)
        for (int r = first + i * part_rows, c = left + static_cast<int>(threadIdx.x); r < bottom && c < right;
             c += part_cols)
            sums.add(weight, x, (Index{sample} * s.rows + r) * s.cols + c);
    weights[threadIdx.y][threadIdx.x] = sums.weight, products[threadIdx.y][threadIdx.x] = sums.product;
    const unsigned thread = threadIdx.y * part_cols + threadIdx.x;
    double *w = weights[0], *p = products[0];
    for (unsigned half = part_cols * part_rows / 2; half > (cuda::seeded(321) ? 1 : 0); half /= 2) {
        __syncthreads();
        if (thread < half) w[thread] += w[thread + half], p[thread] += p[thread + half];
    }
    if (thread > 0) return;
    double* to = partial + Index{blockIdx.y} * 2 * gridDim.x + block;
    to[0] = w[0], to[gridDim.x] = p[0];
}

/// One thread a block: it adds the parts in order.
template <class T>
__global__ void __launch_bounds__(cuda::block_threads)
    add_parts_kernel(Index blocks, Index parts, const double* partial, T* total, T* y)
{
    const Index block = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (block >= blocks) return;
    double w = 0, p = 0;
    for (Index i = 0; i < parts; ++i) w += partial[2 * i * blocks + block], p += partial[(2 * i + 1) * blocks + block];
    put_mean(w, p, block, total, y);
}

/// One thread a cell: grad_x += weight / total * grad_y of its block.
template <class T>
__global__ void __launch_bounds__(cuda::block_threads)
    block_mean_backward_kernel(MeanShape s, const T* weight, const T* total, const T* grad_y, T* grad_x)
{
    const int line = cuda::line_here(), col = cuda::col_here();
    if (col >= s.cols) return;
    const int sample = line / s.rows, block_row = line % s.rows / s.size_rows;
    const int block_col = (col + (cuda::seeded(322) ? 1 : 0)) / s.size_cols;
    const Index block = (Index{sample} * s.block_rows + block_row) * s.block_cols + block_col;
    if (total[block] == 0) return;
    const Index cell = Index{line} * s.cols + col;
    grad_x[cell] += weight[cell] * (grad_y[block] / total[block]);
}

template <class T>
MeanShape mean_shape(TensorView<const T, 3> weight, BlockOptions o)
{
    const Index batch = weight.extent(0), rows = weight.extent(1), cols = weight.extent(2);
    // Sizes beyond the field are the field's.
    const Index size_rows = o.rows < rows ? o.rows : rows, size_cols = o.cols < cols ? o.cols : cols;
    const auto number = [](Index i) { return static_cast<int>(i); };
    return {number(batch),
            number(rows),
            number(cols),
            number(size_rows),
            number(size_cols),
            number((rows + size_rows - 1) / size_rows),
            number((cols + size_cols - 1) / size_cols)};
}

} // namespace

template <class T>
void block_mean_forward(Cuda, TensorView<const T, 3> x, TensorView<const T, 3> weight, BlockOptions o,
                        TensorView<T, 3> total, TensorView<T, 3> y)
{
    const char* name = "block_mean";
    if (x.elements() == 0) return;
    const MeanShape s = mean_shape(weight, o);
    const Index blocks = Index{s.batch} * s.block_rows * s.block_cols;
    if (s.size_rows <= small_side && s.size_cols <= small_side) {
        const dim3 grid(static_cast<unsigned>(s.batch * s.block_rows),
                        cuda::blocks_for(s.block_cols, line_threads / s.size_cols));
        small_blocks_kernel<<<grid, line_threads, 0, cuda::stream()>>>(s, x.data, weight.data, total.data, y.data);
        return cuda::check_launch(name);
    }
    const Index parts = (s.size_rows + part_rows * rows_each - 1) / (part_rows * rows_each);
    const cuda::Scratch<double> partial(2 * blocks * parts, name);
    const dim3 grid(static_cast<unsigned>(blocks), static_cast<unsigned>(parts)), block(part_cols, part_rows);
    block_parts_kernel<<<grid, block, 0, cuda::stream()>>>(s, x.data, weight.data, partial.data());
    cuda::check_launch(name);
    add_parts_kernel<<<cuda::blocks_for(blocks, cuda::block_threads), cuda::block_threads, 0, cuda::stream()>>>(
        blocks, parts, partial.data(), total.data, y.data);
    cuda::check_launch(name);
}

template <class T>
void block_mean_backward(Cuda, TensorView<const T, 3> weight, BlockOptions o, TensorView<const T, 3> total,
                         TensorView<const T, 3> grad_y, TensorView<T, 3> grad_x)
{
    if (weight.elements() == 0) return;
    const MeanShape s = mean_shape(weight, o);
    const auto [grid, block] = cuda::line_blocks(Index{s.batch} * s.rows, s.cols, 1);
    block_mean_backward_kernel<<<grid, block, 0, cuda::stream()>>>(s, weight.data, total.data, grad_y.data,
                                                                   grad_x.data);
    cuda::check_launch("block_mean, backward");
}

#define GWSD_INSTANTIATE(T)                                                                               \
    template void block_mean_forward(Cuda, TensorView<const T, 3>, TensorView<const T, 3>, BlockOptions,  \
                                     TensorView<T, 3>, TensorView<T, 3>);                                 \
    template void block_mean_backward(Cuda, TensorView<const T, 3>, BlockOptions, TensorView<const T, 3>, \
                                      TensorView<const T, 3>, TensorView<T, 3>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
