// Regional mass balance: one block a region for its means, one block for all regions, one thread a cell for the
// gradient.

#include "gwsd/kernels/loss_mass_cuda.hpp"

#include "loss_finish.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

/// A region's weight and its difference of means; weight 0 where it does not count.
struct alignas(16) Region {
    double weight, difference;
};

/// Regions of the globe that a tile may touch along an axis, wherever it lies.
Index regions_along(Index extent, Index size) { return extent > 0 ? (extent - 1) / size + 2 : 0; }

/// The slots of a batch's regions: [batch, down, across]. Slot 0 of an axis holds the tile's first cell.
struct Slots {
    Index down, across;
    Index sample() const { return down * across; }
};

/// What of region `slot` lies in a tile that starts at `origin`: cells [first, last).
struct Span {
    Index first, last;
    __device__ Span(Index slot, Index origin, Index extent, Index size)
    {
        const Index begin = (origin / size + slot) * size - origin;
        first = begin > 0 ? begin : 0;
        last = begin + size < extent ? begin + size : extent;
    }
    __device__ Index size() const { return last > first ? last - first : 0; }
};

/// Land cells with a known coarse cell: the fine and the coarse cell of a place in a sample, and its weight.
template <class T>
struct MassCell {
    Index fine, coarse;
    double weight;
    __device__ MassCell(const MassFields<T>& f, Index sample, Index row, Index col)
        : fine((sample * f.rows + row) * f.cols + col),
          coarse((sample * f.coarse_rows + row / f.factor) * f.coarse_cols + col / f.factor),
          weight(static_cast<double>(f.land[fine]) * static_cast<double>(f.area[fine]) *
                 static_cast<double>(f.coarse_valid[coarse]))
    {
    }
};

/// Block s makes the region of slot s; its threads walk over the region's cells together.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads) mass_region_kernel(MassFields<T> f, Slots slots, Region* regions)
{
    const Index slot = blockIdx.x, sample = slot / (slots.down * slots.across),
                in_sample = slot - sample * slots.down * slots.across;
    const Span rows(in_sample / slots.across, f.origin[sample], f.rows, f.region_size),
        cols(in_sample % slots.across, f.origin[(cuda::seeded(408) ? 0 : f.batch) + sample], f.cols, f.region_size);
    const Index width = cols.size(), cells = rows.size() * width;
    Sums<3> mine{};
    for (Index i = threadIdx.x; i < cells; i += cuda::sum_threads) {
        const MassCell<T> cell(f, sample, rows.first + i / width, cols.first + i % width);
        if (cell.weight > 0)
            mine.add({cell.weight, cell.weight * static_cast<double>(f.mean[cell.fine]),
                      cell.weight * static_cast<double>(f.coarse[cell.coarse])});
    }
    const Sums<3> all = cuda::block_sums(mine);
    const bool counts = all.of[0] > 0 && (2 * cells >= f.region_size * f.region_size || cuda::seeded(409));
    if (threadIdx.x == 0)
        regions[slot] = counts ? Region{all.of[0], (all.of[1] - all.of[2]) / all.of[0]} : Region{0, 0};
}

/// One block adds up the regions and writes the loss, the figure and the sum of the weights.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    mass_finish_kernel(Index count, const Region* regions, double scale, LossOutput<T> output, double* weight)
{
    Sums<2> mine{};
    for (Index i = threadIdx.x; i < count; i += cuda::sum_threads) {
        const Region region = regions[i];
        mine.add({region.weight, region.weight * region.difference * region.difference});
    }
    const Sums<2> all = cuda::block_sums(mine);
    if (threadIdx.x != 0) return;
    const double loss = all.of[0] > 0 ? all.of[1] / all.of[0] : 0;
    cuda::put_loss(output, loss, scale * std::sqrt(loss));
    weight[0] = all.of[0];
}

/// One thread a cell: its region's difference times its share of all weights.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    mass_gradient_kernel(MassFields<T> f, Slots slots, const Region* regions, const double* weight, T* d_mean)
{
    const Index i = cuda::first_item();
    if (i >= f.batch * f.rows * f.cols) return;
    const Index line = i / f.cols, col = i - line * f.cols, sample = line / f.rows, row = line - sample * f.rows;
    const Index size = f.region_size, row0 = f.origin[sample], col0 = f.origin[f.batch + sample];
    const Index down = (row0 + row) / size - row0 / size, across = (col0 + col) / size - col0 / size;
    const Region region = regions[(sample * slots.down + down) * slots.across + across];
    double slope = 0;
    if (region.weight > 0) { // the region's weight cancels that of its mean
        const MassCell<T> cell(f, sample, row, col);
        if (cell.weight > 0) slope = 2 * region.difference * cell.weight / weight[0];
    }
    d_mean[i] = static_cast<T>(slope);
}

} // namespace

template <class T>
void loss_mass(Cuda, const MassFields<T>& f, const LossOutput<T>& output)
{
    const Slots slots{regions_along(f.rows, f.region_size), regions_along(f.cols, f.region_size)};
    const Index count = f.batch * slots.sample(), cells = f.batch * f.rows * f.cols;
    const cuda::Scratch<Region> regions(count, "loss term mass");
    const cuda::Scratch<double> weight(1, "loss term mass");
    if (count > 0) {
        mass_region_kernel<<<static_cast<unsigned>(count), cuda::sum_threads, 0, cuda::stream()>>>(f, slots,
                                                                                                   regions.data());
        cuda::check_launch("loss term mass, regions");
    }
    mass_finish_kernel<<<1, cuda::sum_threads, 0, cuda::stream()>>>(count, regions.data(), f.scale, output,
                                                                    weight.data());
    cuda::check_launch("loss term mass, sums");
    if (cells == 0 || !output.d_mean) return;
    mass_gradient_kernel<<<cuda::blocks_for(cells, cuda::sum_threads), cuda::sum_threads, 0, cuda::stream()>>>(
        f, slots, regions.data(), weight.data(), output.d_mean);
    cuda::check_launch("loss term mass, gradient");
}

template void loss_mass(Cuda, const MassFields<float>&, const LossOutput<float>&);
template void loss_mass(Cuda, const MassFields<double>&, const LossOutput<double>&);

} // namespace gwsd::kernels
