// The conservative projection of a batch in double: a band matrix a sample is gathered block by block, factorised and
// solved; formulas in kernels/conservative_projection.hpp.

#include "gwsd/kernels/conservative_projection_cuda.hpp"

#include "packs.cuh"
#include "projection_cells.cuh"
#include "projection_solve.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

using namespace projection;

/// One warp a block: the weight of its cells.
template <class T>
__global__ void __launch_bounds__(warp* warps) totals_kernel(Grid g, const T* weight, double* total)
{
    const Block block(g);
    if (block.sample >= g.batch) return;
    const int lane = static_cast<int>(threadIdx.x) % warp;
    double sum = 0;
    each_cell(lane, block.top, block.bottom, block.left, block.right,
              [&](int r, int c) { sum += static_cast<double>(weight[g.cell(block.sample, r, c)]); });
    sum = warp_sum(sum);
    if (lane == 0) total[block.at(g)] = sum;
}

/// Whether a block's mean is to be met.
template <class T>
__device__ bool counts(const ProjectionData<T>& in, const double* total, Index block)
{
    return total[block] > 0 && (in.known[block] > 0 || cuda::seeded(327));
}

/// One warp a block: its row of M diag(s) B + diag(R), nine entries of a band, and its right side x - M mean. A block
/// that does not count has c = 0.
template <class T>
__global__ void __launch_bounds__(warp* warps) assemble_kernel(Grid g, ProjectionData<T> in, const T* mean, const T* x,
                                                               const double* totals, double* band, double* right)
{
    const Block block(g);
    if (block.sample >= g.batch) return;
    const int lane = static_cast<int>(threadIdx.x) % warp, width = 2 * g.half + 1, equation = g.equation(block.block);
    const Index at = block.at(g);
    const double* total = totals + Index{block.sample} * g.blocks();
    const bool met = counts(in, totals, at);
    double near[9] = {}, mean_here = 0;
    if (met)
        each_cell(lane, block.top, block.bottom, block.left, block.right, [&](int r, int c) {
            const Index cell = g.cell(block.sample, r, c);
            const auto w = static_cast<double>(in.weight[cell]);
            if (!(w > 0)) return; // mean and share may be NaN there
            const double part = w / total[block.block], share = in.share ? static_cast<double>(in.share[cell]) : 1.0;
            mean_here += part * static_cast<double>(mean[cell]);
            each_tap(g, total, r, c,
                     [&](int a, int b, int, int, double tap) { near[3 * a + b] += part * share * tap; });
        });
#pragma unroll
    for (double& entry : near) entry = warp_sum(entry);
    mean_here = warp_sum(mean_here);

    double* row = band + (Index{block.sample} * g.blocks() + equation) * width;
    for (int q = lane; q < width; q += warp) row[q] = 0;
    __syncwarp();
    if (lane > 0) return;
#pragma unroll
    for (int n = 0; n < 9; ++n)
        if (near[n] != 0) row[g.half + (n / 3 - 1) * g.step_row + (n % 3 - 1) * g.step_col] = near[n];
    if (!met)
        row[g.half] = 1;
    else if (in.variance)
        row[g.half] += static_cast<double>(in.variance[at]);
    right[Index{block.sample} * g.blocks() + equation] = met ? static_cast<double>(x[at]) - mean_here : 0.0;
}

/// The correction B c of a cell.
__device__ double interpolated(const Grid& g, const double* total, const double* solution, int row, int col)
{
    double value = 0;
    each_tap(g, total, row, col,
             [&](int, int, int r, int c, double tap) { value += tap * solution[r * g.step_row + c * g.step_col]; });
    return value;
}

/// One thread a cell: mean' = mean + s (B c) where the weight is not 0.
template <class T>
__global__ void __launch_bounds__(cuda::block_threads)
    project_kernel(Grid g, ProjectionData<T> in, const T* mean, const double* totals, const double* solutions,
                   T* projected)
{
    const int line = cuda::line_here(), col = cuda::col_here();
    if (col >= g.cols) return;
    const int sample = line / g.rows, row = line % g.rows;
    const Index cell = Index{line} * g.cols + col, first = Index{sample} * g.blocks();
    T value = mean[cell];
    if (static_cast<double>(in.weight[cell]) > 0)
        value = static_cast<T>(static_cast<double>(value) +
                               (in.share ? static_cast<double>(in.share[cell]) : 1.0) *
                                   interpolated(g, totals + first, solutions + first, row, col));
    projected[cell] = value;
}

/// One warp a block: B' (s g), gathered from the cells of up to half a block around it.
template <class T>
__global__ void __launch_bounds__(warp* warps)
    gather_blocks_kernel(Grid g, ProjectionData<T> in, const T* grad, const double* totals, double* right)
{
    const Block block(g);
    if (block.sample >= g.batch) return;
    const int lane = static_cast<int>(threadIdx.x) % warp;
    const double* total = totals + Index{block.sample} * g.blocks();
    const int rows = g.smooth && !cuda::seeded(328) ? (g.size_rows + 1) / 2 : 0,
              cols = g.smooth ? (g.size_cols + 1) / 2 : 0;
    double sum = 0;
    if (counts(in, totals, block.at(g)))
        each_cell(lane, max(block.top - rows, 0), min(block.bottom + rows, g.rows), max(block.left - cols, 0),
                  min(block.right + cols, g.cols), [&](int r, int c) {
                      const Index cell = g.cell(block.sample, r, c);
                      if (!(static_cast<double>(in.weight[cell]) > 0)) return;
                      const double value =
                          (in.share ? static_cast<double>(in.share[cell]) : 1.0) * static_cast<double>(grad[cell]);
                      each_tap(g, total, r, c, [&](int, int, int row, int col, double tap) {
                          if (row == block.row && col == block.col) sum += tap * value;
                      });
                  });
    sum = warp_sum(sum);
    if (lane == 0) right[Index{block.sample} * g.blocks() + g.equation(block.block)] = sum;
}

/// One thread a cell: with back = M' lambda, grad_mean += g - back and grad_share += (g - back) (B c).
template <class T>
__global__ void __launch_bounds__(cuda::block_threads)
    cells_backward_kernel(Grid g, ProjectionData<T> in, const T* grad, const double* totals, const double* lambdas,
                          const double* solutions, T* grad_mean, T* grad_share)
{
    const int line = cuda::line_here(), col = cuda::col_here();
    if (col >= g.cols) return;
    const int sample = line / g.rows, row = line % g.rows, block = row / g.size_rows * g.block_cols + col / g.size_cols;
    const Index cell = Index{line} * g.cols + col, first = Index{sample} * g.blocks();
    const auto w = static_cast<double>(in.weight[cell]), upstream = static_cast<double>(grad[cell]);
    if (!(w > 0)) {
        if (grad_mean) grad_mean[cell] += grad[cell];
        return;
    }
    const double back =
        counts(in, totals, first + block) ? w / totals[first + block] * lambdas[first + g.equation(block)] : 0.0;
    if (grad_mean) grad_mean[cell] += static_cast<T>(upstream - (cuda::seeded(329) ? 0 : back));
    if (grad_share)
        grad_share[cell] +=
            static_cast<T>((upstream - back) * interpolated(g, totals + first, solutions + first, row, col));
}

/// One thread a block: grad_x += lambda where the block counts.
template <class T>
__global__ void __launch_bounds__(cuda::block_threads)
    blocks_backward_kernel(Grid g, ProjectionData<T> in, const double* totals, const double* lambdas, T* grad_x)
{
    const Index at = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (at >= Index{g.batch} * g.blocks() || !counts(in, totals, at)) return;
    const int block = static_cast<int>(at % static_cast<unsigned>(g.blocks()));
    grad_x[at] += static_cast<T>(lambdas[at - block + g.equation(block)]);
}

unsigned blocks_of_warps(const ProjectionShape& s) { return cuda::blocks_for(s.batch * s.blocks(), warps); }

void factorise(const ProjectionShape& s, const double* band, const double* right, const ProjectionFactors& f)
{
    const char* name = "conservative_projection";
    const Band m{static_cast<int>(s.blocks()), static_cast<int>(s.half())};
    const auto bytes = [](int doubles) { return static_cast<std::size_t>(doubles) * sizeof(double); };
    const bool fits = bytes(m.window() + m.beside()) <= static_cast<std::size_t>(s.shared_bytes);
    const cuda::Scratch<double> scratch(fits ? 0 : s.batch * m.window(), name);
    factorise_kernel<<<static_cast<unsigned>(s.batch), solve_threads, bytes(m.beside() + (fits ? m.window() : 0)),
                       cuda::stream()>>>(m, band, right, fits ? nullptr : scratch.data(), f.upper, f.lower, f.pivots,
                                         f.solution);
    cuda::check_launch(name);
}

} // namespace

template <class T>
void projection_forward(Cuda, const ProjectionShape& s, const ProjectionData<T>& in, const T* mean, const T* x,
                        const ProjectionFactors& f, T* projected)
{
    const char* name = "conservative_projection";
    if (s.batch * s.rows * s.cols == 0) return;
    const Grid g = grid_of(s);
    const Index equations = s.batch * s.blocks();
    const cuda::Scratch<double> band(equations * (2 * s.half() + 1), name), right(equations, name);
    totals_kernel<<<blocks_of_warps(s), warp * warps, 0, cuda::stream()>>>(g, in.weight, f.total);
    cuda::check_launch(name);
    assemble_kernel<<<blocks_of_warps(s), warp * warps, 0, cuda::stream()>>>(g, in, mean, x, f.total, band.data(),
                                                                             right.data());
    cuda::check_launch(name);
    factorise(s, band.data(), right.data(), f);
    const auto [grid, block] = cuda::line_blocks(s.batch * s.rows, s.cols, 1);
    project_kernel<<<grid, block, 0, cuda::stream()>>>(g, in, mean, f.total, f.solution, projected);
    cuda::check_launch(name);
}

template <class T>
void projection_backward(Cuda, const ProjectionShape& s, const ProjectionData<T>& in, const ProjectionFactors& f,
                         const T* grad, T* grad_mean, T* grad_share, T* grad_x)
{
    const char* name = "conservative_projection, backward";
    if (s.batch * s.rows * s.cols == 0) return;
    const Grid g = grid_of(s);
    const Band m{static_cast<int>(s.blocks()), static_cast<int>(s.half())};
    const cuda::Scratch<double> lambda(s.batch * s.blocks(), name);
    gather_blocks_kernel<<<blocks_of_warps(s), warp * warps, 0, cuda::stream()>>>(g, in, grad, f.total, lambda.data());
    cuda::check_launch(name);
    solve_transposed_kernel<<<static_cast<unsigned>(s.batch), warp,
                              static_cast<std::size_t>(m.width() + m.half + 1) * sizeof(double), cuda::stream()>>>(
        m, f.upper, f.lower, f.pivots, lambda.data());
    cuda::check_launch(name);
    const auto [grid, block] = cuda::line_blocks(s.batch * s.rows, s.cols, 1);
    if (grad_mean || grad_share)
        cells_backward_kernel<<<grid, block, 0, cuda::stream()>>>(g, in, grad, f.total, lambda.data(), f.solution,
                                                                  grad_mean, grad_share);
    cuda::check_launch(name);
    if (grad_x)
        blocks_backward_kernel<<<cuda::blocks_for(s.batch * s.blocks(), cuda::block_threads), cuda::block_threads, 0,
                                 cuda::stream()>>>(g, in, f.total, lambda.data(), grad_x);
    cuda::check_launch(name);
}

#define GWSD_INSTANTIATE(T)                                                                                      \
    template void projection_forward(Cuda, const ProjectionShape&, const ProjectionData<T>&, const T*, const T*, \
                                     const ProjectionFactors&, T*);                                              \
    template void projection_backward(Cuda, const ProjectionShape&, const ProjectionData<T>&,                    \
                                      const ProjectionFactors&, const T*, T*, T*, T*);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
