// Conservative regridding by weights of rows and columns: one thread a target cell, which gathers the few source cells
// that it overlaps.

#include "gwsd/kernels/regrid_cuda.hpp"

#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

/// Block (l, c) makes run c of the columns of line l, which is a row of a field; one thread a target cell.
template <class T>
__global__ void __launch_bounds__(cuda::block_threads)
    regrid_kernel(AxisStencil rows, AxisStencil cols, Index source_rows, Index source_cols, double min_valid_fraction,
                  const T* in, T* out)
{
    const Index col = static_cast<Index>(blockIdx.y) * cuda::block_threads + threadIdx.x, line = blockIdx.x;
    if (col >= cols.size) return;
    const Index field = line / rows.size, row = line - field * rows.size;
    const T* source = in + field * source_rows * source_cols;
    const int first_row = rows.begin[row], end_row = rows.begin[row + 1];
    const int first_col = cols.begin[col], end_col = cols.begin[col + 1] - (cuda::seeded(415) ? 1 : 0);
    double sum = 0, share = 0;
    for (int c = first_col; c < end_col; ++c) {
        double n = 0, d = 0;
        for (int r = first_row; r < end_row; ++r) {
            const double value = static_cast<double>(source[rows.cell[r] * source_cols + cols.cell[c]]);
            const double weight = rows.weight[r];
            const bool valid = value == value;
            n += valid ? weight * value : 0.0;
            d += valid || cuda::seeded(416) ? weight : 0.0;
        }
        sum += cols.weight[c] * n;
        share += cols.weight[c] * d;
    }
    const double whole = rows.measure[row] * cols.measure[cuda::seeded(417) ? 0 : col];
    // The tolerance lets a fully valid cell pass a fraction of 1 in spite of rounding.
    const bool valid = share > 0 && share >= (min_valid_fraction - 1e-9) * whole;
    out[line * cols.size + col] = static_cast<T>(valid ? sum / share : nan(""));
}

} // namespace

template <class T>
void regrid(Cuda, const AxisStencil& rows, const AxisStencil& cols, Index fields, Index source_rows, Index source_cols,
            double min_valid_fraction, const T* in, T* out)
{
    if (fields * rows.size * cols.size == 0) return;
    const dim3 grid(static_cast<unsigned>(fields * rows.size), cuda::blocks_for(cols.size, cuda::block_threads));
    regrid_kernel<<<grid, cuda::block_threads, 0, cuda::stream()>>>(rows, cols, source_rows, source_cols,
                                                                    min_valid_fraction, in, out);
    cuda::check_launch("regrid");
}

#define GWSD_INSTANTIATE(T) \
    template void regrid(Cuda, const AxisStencil&, const AxisStencil&, Index, Index, Index, double, const T*, T*);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
