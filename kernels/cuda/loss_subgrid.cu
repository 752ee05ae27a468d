// The part below the coarse cell: the weights of all cells are added up first, then one pass makes value and gradient,
// in which a thread has a whole coarse cell.

#include "gwsd/kernels/loss_subgrid_cuda.hpp"

#include "loss_finish.cuh"
#include "loss_weights.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

template <class T>
__device__ double error_of(const SubgridFields<T>& f, Index cell)
{
    return static_cast<double>(f.mean[cell]) - static_cast<double>(f.target[cell]);
}

/// Calls work(cell) for the cells of a coarse cell.
template <class T, class Work>
__device__ void each_cell(const SubgridFields<T>& f, Index block, Work work)
{
    const Index across = (f.cols + f.factor - 1) / f.factor, down = (f.rows + f.factor - 1) / f.factor;
    const Index line = block / across, sample = line / down;
    const Index row = (line - sample * down) * f.factor, col = (block - line * across) * f.factor;
    const Index last_row = row + f.factor < f.rows ? row + f.factor : f.rows,
                last_col = col + f.factor < f.cols || cuda::seeded(418) ? col + f.factor : f.cols;
    for (Index r = row; r < last_row; ++r)
        for (Index c = col; c < last_col; ++c) work((sample * f.rows + r) * f.cols + c);
}

/// Threads walk over the coarse cells together: mean of the error, then values and slopes, then the slopes less their
/// mean, which is what the mean of the error takes back; each block of threads leaves the sums of its values.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    subgrid_kernel(SubgridFields<T> f, Index blocks, LossOutput<T> output, const Sums<1>* weights, Sums<2>* parts)
{
    const double weight = cuda::sum_parts(weights, gridDim.x).of[0];
    const cuda::ValidArea<SubgridFields<T>> weight_of{f};
    const auto size = [&](double d) { return std::sqrt(d * d + f.epsilon * f.epsilon); };
    Sums<2> mine{};
    for (Index block = cuda::first_item(); block < blocks; block += cuda::item_step()) {
        double in_block = 0, error = 0, slope = 0;
        each_cell(f, block, [&](Index cell) {
            const double w = weight_of(cell);
            if (w > 0) in_block += w, error += w * error_of(f, cell);
        });
        const double mean = in_block > 0 ? error / in_block : 0;
        each_cell(f, block, [&](Index cell) {
            const double w = weight_of(cell), d = error_of(f, cell) - mean;
            if (!(w > 0)) return;
            mine.of[0] += w / weight * (size(d) - f.epsilon), mine.of[1] += w / weight * d * d;
            slope += w * d / size(d);
        });
        if (!output.d_mean) continue;
        each_cell(f, block, [&](Index cell) {
            const double w = weight_of(cell), d = error_of(f, cell) - mean;
            const double share = cuda::seeded(419) ? 0 : slope / in_block;
            output.d_mean[cell] = w > 0 ? static_cast<T>(w / weight * (d / size(d) - share)) : T{};
        });
    }
    const Sums<2> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) parts[blockIdx.x] = all;
}

/// The figure is the root mean square of the part's error in the target's unit.
struct SubgridFigures {
    double scale;
    __device__ double loss(const Sums<2>& sums) const { return sums.of[0]; }
    __device__ double physical(const Sums<2>& sums) const { return scale * std::sqrt(sums.of[1]); }
};

} // namespace

template <class T>
void loss_subgrid(Cuda, const SubgridFields<T>& f, const LossOutput<T>& output)
{
    const Index cells = f.batch * f.rows * f.cols;
    const Index coarse = f.batch * ((f.rows + f.factor - 1) / f.factor) * ((f.cols + f.factor - 1) / f.factor);
    const unsigned blocks = cuda::sum_blocks(cells);
    const cuda::Scratch<Sums<1>> weights(blocks, "loss term subgrid");
    const cuda::Scratch<Sums<2>> parts(blocks, "loss term subgrid");
    cuda::add_weights("loss term subgrid, weights", cells, cuda::ValidArea<SubgridFields<T>>{f}, weights.data());
    subgrid_kernel<<<blocks, cuda::sum_threads, 0, cuda::stream()>>>(f, coarse, output, weights.data(), parts.data());
    cuda::check_launch("loss term subgrid");
    cuda::finish_loss("loss term subgrid, sums", blocks, parts.data(), SubgridFigures{f.scale}, output);
}

template void loss_subgrid(Cuda, const SubgridFields<float>&, const LossOutput<float>&);
template void loss_subgrid(Cuda, const SubgridFields<double>&, const LossOutput<double>&);

} // namespace gwsd::kernels
