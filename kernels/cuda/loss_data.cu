// Data terms: the weights are added up first, then one pass makes value and gradients.

#include "gwsd/kernels/loss_data_cuda.hpp"

#include "loss_finish.cuh"
#include "loss_weights.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

/// Threads walk over the cells together and write the gradients of each; each block leaves the sums of loss and squared
/// residual.
template <class T, class Cell>
__global__ void __launch_bounds__(cuda::sum_threads)
    data_cell_kernel(Cell cell, DataFields<T> f, LossOutput<T> output, const Sums<1>* weights, Sums<2>* parts)
{
    const double weight = cuda::sum_parts(weights, gridDim.x - (cuda::seeded(401) ? 1 : 0)).of[0];
    const cuda::ValidArea<DataFields<T>> weight_of{f};
    Sums<2> mine{};
    for (Index i = cuda::first_item(); i < f.cells; i += cuda::item_step()) {
        const double w = weight > 0 ? weight_of(i) / weight : 0;
        CellLoss loss{0, 0, 0};
        if (w > 0 || cuda::seeded(402)) {
            const double residual = static_cast<double>(f.target[i]) - static_cast<double>(f.mean[i]);
            const double predicted = std::exp(static_cast<double>(f.log_variance[i]));
            const double product = f.product_variance ? static_cast<double>(f.product_variance[i]) : 0.0;
            loss = cell(residual, predicted + product, predicted);
            mine.of[0] += w * loss.value;
            mine.of[1] += w * residual * residual;
        }
        if (output.d_mean) {
            output.d_mean[i] = static_cast<T>(w * loss.d_mean);
            output.d_log_variance[i] = static_cast<T>(w * loss.d_log_variance);
        }
    }
    const Sums<2> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) parts[blockIdx.x] = all;
}

/// The figure is scale sqrt(mean squared residual).
struct DataFigures {
    double scale;
    __device__ double loss(const Sums<2>& sums) const { return sums.of[0]; }
    __device__ double physical(const Sums<2>& sums) const { return scale * std::sqrt(sums.of[1]); }
};

} // namespace

template <class T, class Cell>
void loss_data(Cuda, const Cell& cell, const DataFields<T>& f, const LossOutput<T>& output)
{
    const unsigned blocks = cuda::sum_blocks(f.cells);
    const cuda::Scratch<Sums<1>> weights(blocks, "data term");
    const cuda::Scratch<Sums<2>> parts(blocks, "data term");
    cuda::add_weights("data term, weights", f.cells, cuda::ValidArea<DataFields<T>>{f}, weights.data());
    data_cell_kernel<<<blocks, cuda::sum_threads, 0, cuda::stream()>>>(cell, f, output, weights.data(), parts.data());
    cuda::check_launch("data term");
    cuda::finish_loss("data term, sums", blocks, parts.data(), DataFigures{f.scale}, output);
}

#define GWSD_INSTANTIATE_CELL(T, Cell) \
    template void loss_data(Cuda, const Cell&, const DataFields<T>&, const LossOutput<T>&);
#define GWSD_INSTANTIATE(T)                \
    GWSD_INSTANTIATE_CELL(T, NllCell)      \
    GWSD_INSTANTIATE_CELL(T, BetaNllCell)  \
    GWSD_INSTANTIATE_CELL(T, FaithfulCell) \
    GWSD_INSTANTIATE_CELL(T, LaplaceCell)  \
    GWSD_INSTANTIATE_CELL(T, MseCell)
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
