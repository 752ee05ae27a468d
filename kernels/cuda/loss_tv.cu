// Total variation: the weights of all pairs of neighbours are added up first, then one pass makes value and gradient.

#include "gwsd/kernels/loss_tv_cuda.hpp"

#include "loss_finish.cuh"
#include "loss_weights.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

template <class T>
__device__ double pair_weight(const TvFields<T>& f, Index cell, Index other)
{
    return 0.5 * static_cast<double>(f.land[cell]) * static_cast<double>(f.land[other]) *
           (static_cast<double>(f.area[cell]) + static_cast<double>(f.area[other]));
}

/// Where a cell has neighbours.
struct Neighbours {
    bool south, west, east, north;
};

template <class T>
__device__ Neighbours neighbours(const TvFields<T>& f, Index cell)
{
    const Index line = cell / f.cols, col = cell - line * f.cols, row = line % f.rows;
    return {row > 0, col > 0, col + 1 < f.cols, row + 1 < f.rows || cuda::seeded(403)};
}

/// Of the pairs of a cell with its eastern and its northern neighbour, so that every pair counts once.
template <class T>
struct PairWeights {
    TvFields<T> f;
    __device__ double operator()(Index cell) const
    {
        const Neighbours has = neighbours(f, cell);
        return (has.east ? pair_weight(f, cell, cell + 1) : 0) + (has.north ? pair_weight(f, cell, cell + f.cols) : 0);
    }
};

/// Threads walk over the cells together. Each adds up the slopes of its cell's four pairs, so that no two threads write
/// one gradient, and the values of the eastern and the northern pair; each block leaves the sum of its values.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    tv_kernel(TvFields<T> f, Index cells, LossOutput<T> output, const Sums<1>* weights, Sums<1>* parts)
{
    const double weight = cuda::sum_parts(weights, gridDim.x).of[0];
    Sums<1> mine{};
    for (Index cell = cuda::first_item(); cell < cells; cell += cuda::item_step()) {
        T gradient = 0;
        // The pair of two cells: counted once, but a slope to both.
        const auto add_pair = [&](Index from, Index to, bool counts) {
            const double w = weight > 0 ? pair_weight(f, from, to) / weight : 0;
            if (!(w > 0)) return;
            const double step = static_cast<double>(f.mean[to]) - static_cast<double>(f.mean[from]);
            const double size = std::sqrt(step * step + f.epsilon * f.epsilon);
            const T slope = static_cast<T>(w * step / size);
            gradient = from == cell ? gradient - slope : gradient + slope;
            if (counts) mine.of[0] += w * size;
        };
        const Neighbours has = neighbours(f, cell);
        if (has.south && output.d_mean) add_pair(cell - f.cols, cell, false);
        if (has.west && output.d_mean) add_pair(cell - 1, cell, cuda::seeded(404));
        if (has.east) add_pair(cell, cell + 1, true);
        if (has.north) add_pair(cell, cell + f.cols, true);
        if (output.d_mean) output.d_mean[cell] = gradient;
    }
    const Sums<1> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) parts[blockIdx.x] = all;
}

/// The figure is the loss in the target's unit.
struct TvFigures {
    double scale;
    __device__ double loss(const Sums<1>& sums) const { return sums.of[0]; }
    __device__ double physical(const Sums<1>& sums) const { return scale * sums.of[0]; }
};

} // namespace

template <class T>
void loss_tv(Cuda, const TvFields<T>& f, const LossOutput<T>& output)
{
    const Index cells = f.batch * f.rows * f.cols;
    const unsigned blocks = cuda::sum_blocks(cells);
    const cuda::Scratch<Sums<1>> weights(blocks, "loss term tv"), parts(blocks, "loss term tv");
    cuda::add_weights("loss term tv, weights", cells, PairWeights<T>{f}, weights.data());
    tv_kernel<<<blocks, cuda::sum_threads, 0, cuda::stream()>>>(f, cells, output, weights.data(), parts.data());
    cuda::check_launch("loss term tv");
    cuda::finish_loss("loss term tv, sums", blocks, parts.data(), TvFigures{f.scale}, output);
}

template void loss_tv(Cuda, const TvFields<float>&, const LossOutput<float>&);
template void loss_tv(Cuda, const TvFields<double>&, const LossOutput<double>&);

} // namespace gwsd::kernels
