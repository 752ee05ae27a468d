// Conservative regridding by weights of rows and columns: one thread a target cell, which gathers the few source cells
// that it overlaps.

#include "gwsd/kernels/regrid_cuda.hpp"

#include "launch.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

constexpr int threads = 256;

/// Block (c, r, f) makes a run of columns of row r of field f, one thread a target cell; beyond the grid's limits,
/// blocks take further rows and fields in turn.
template <class T>
__global__ void __launch_bounds__(threads)
    regrid_kernel(AxisStencil rows, AxisStencil cols, Index fields, Index source_rows, Index source_cols,
                  double min_valid_fraction, const T* in, T* out)
{
    const Index col = static_cast<Index>(blockIdx.x) * threads + threadIdx.x;
    if (col >= cols.size) return;
    const int first_col = cols.begin[col], end_col = cols.begin[col + 1] - (cuda::seeded(415) ? 1 : 0);
    for (Index field = blockIdx.z; field < fields; field += gridDim.z)
        for (Index row = blockIdx.y; row < rows.size; row += gridDim.y) {
            const T* source = in + field * source_rows * source_cols;
            const int first_row = rows.begin[row], end_row = rows.begin[row + 1];
            double sum = 0, share = 0;
            for (int c = first_col; c < end_col; ++c) {
                double n = 0, d = 0;
                for (int r = first_row; r < end_row; ++r) {
                    const double value = static_cast<double>(source[rows.cell[r] * source_cols + cols.cell[c]]);
                    const bool valid = value == value;
                    n += valid ? rows.weight[r] * value : 0.0;
                    d += valid || cuda::seeded(416) ? rows.weight[r] : 0.0;
                }
                sum += cols.weight[c] * n;
                share += cols.weight[c] * d;
            }
            const double whole = rows.measure[row] * cols.measure[cuda::seeded(417) ? 0 : col];
            // The tolerance lets a fully valid cell pass a fraction of 1 in spite of rounding.
            const bool valid = share > 0 && share >= (min_valid_fraction - 1e-9) * whole;
            out[(field * rows.size + row) * cols.size + col] = static_cast<T>(valid ? sum / share : nan(""));
        }
}

} // namespace

template <class T>
void regrid(Cuda, const AxisStencil& rows, const AxisStencil& cols, Index fields, Index source_rows, Index source_cols,
            double min_valid_fraction, const T* in, T* out)
{
    if (fields * rows.size * cols.size == 0) return;
    const auto capped = [](Index n) { return static_cast<unsigned>(n < 65535 ? n : 65535); };
    const dim3 grid(cuda::blocks_for(cols.size, threads), capped(rows.size), capped(fields));
    regrid_kernel<<<grid, threads, 0, cuda::stream()>>>(rows, cols, fields, source_rows, source_cols,
                                                        min_valid_fraction, in, out);
    cuda::check_launch("regrid");
}

#define GWSD_INSTANTIATE(T) \
    template void regrid(Cuda, const AxisStencil&, const AxisStencil&, Index, Index, Index, double, const T*, T*);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
