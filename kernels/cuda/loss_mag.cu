// Correlation of magnitudes. Block (c, b) of a grid works on part c of sample b: first for the means, then for the
// moments about them, then for the gradient, each from the sums that the blocks of the pass before left.

#include "gwsd/kernels/loss_mag_cuda.hpp"

#include "loss_finish.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

/// Weight, |d| and |R| of a cell, which must not be looked at where the weight is 0.
template <class T>
struct ChangeCell {
    double weight, change, signal;

    __device__ ChangeCell(const ChangeFields<T>& f, Index i)
        : weight(static_cast<double>(f.land[i]) * static_cast<double>(f.area[i])),
          change((static_cast<double>(f.mean[i]) - static_cast<double>(f.change_reference[i])) / f.change_scale),
          signal(std::abs(static_cast<double>(f.recharge[i])))
    {
    }
};

/// Calls work(cell, index) for the cells with a weight in this block's part of its sample.
template <class T, class Work>
__device__ void each_cell(const ChangeFields<T>& f, const Work& work)
{
    const Index first = static_cast<Index>(blockIdx.y) * f.cells;
    for (Index i = cuda::first_item(); i < f.cells; i += cuda::item_step()) {
        const ChangeCell<T> cell(f, first + i);
        if (cell.weight > 0) work(cell, first + i);
    }
}

/// A sample's weight and means, and its moments about them.
struct Means {
    double weight = 0, change = 0, signal = 0;
};
struct Moments {
    double cc = 0, ss = 0, cs = 0;
    __device__ bool flat() const { return cc < 1e-6 || ss < 1e-6; }
    __device__ double deviation() const { return std::sqrt(cc * ss); }
    __device__ double correlation() const { return cs / deviation(); }
};

__device__ Means means_of(const Sums<3>& sums)
{
    if (!(sums.of[0] > 0)) return {};
    return {sums.of[0], sums.of[1] / sums.of[0], sums.of[2] / sums.of[0]};
}
__device__ Moments moments_of(const Sums<3>& sums, double weight)
{
    if (!(weight > 0)) return {};
    return {sums.of[0] / weight, sums.of[1] / weight, sums.of[2] / weight};
}

/// Each block leaves weight, and weighted |d| and |R|, of its part.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads) mag_means_kernel(ChangeFields<T> f, Sums<3>* means)
{
    Sums<3> mine{};
    each_cell(f, [&](const ChangeCell<T>& cell, Index) {
        mine.add({cell.weight, cell.weight * std::abs(cell.change), cell.weight * cell.signal});
    });
    const Sums<3> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) means[blockIdx.y * gridDim.x + blockIdx.x] = all;
}

/// Each block leaves the weighted squares and products about the means of its part.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    mag_moments_kernel(ChangeFields<T> f, const Sums<3>* means, Sums<3>* moments)
{
    const Means mean = means_of(cuda::sum_parts(means + blockIdx.y * gridDim.x, gridDim.x));
    Sums<3> mine{};
    each_cell(f, [&](const ChangeCell<T>& cell, Index) {
        const double dc = std::abs(cell.change) - mean.change, ds = cell.signal - mean.signal;
        mine.add({cell.weight * dc * dc, cell.weight * ds * ds, cell.weight * dc * ds});
    });
    const Sums<3> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) moments[blockIdx.y * gridDim.x + blockIdx.x] = all;
}

/// Sum of the samples' weights, which are few.
template <class T>
__device__ double total_weight(const ChangeFields<T>& f)
{
    Sums<1> mine{};
    for (Index b = threadIdx.x; b < f.samples; b += cuda::sum_threads)
        mine.of[0] += static_cast<double>(f.change_weight[b]);
    return cuda::block_sums(mine).of[0];
}

/// Threads of a sample's blocks write the gradient of each cell of their part.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    mag_gradient_kernel(ChangeFields<T> f, const Sums<3>* means, const Sums<3>* moments, T* d_mean)
{
    const double total = total_weight(f);
    const double share = total > 0 ? static_cast<double>(f.change_weight[blockIdx.y]) / total : 0;
    const Means mean = means_of(cuda::sum_parts(means + blockIdx.y * gridDim.x, gridDim.x));
    const Moments moment = moments_of(cuda::sum_parts(moments + blockIdx.y * gridDim.x, gridDim.x), mean.weight);
    const bool any = share > 0 && !moment.flat();
    const Index first = static_cast<Index>(blockIdx.y) * f.cells;
    for (Index i = cuda::first_item(); i < f.cells; i += cuda::item_step()) {
        const ChangeCell<T> cell(f, first + i);
        double slope = 0;
        if (any && cell.weight > 0) {
            const double sign = cell.change > 0 ? 1.0 : cell.change < 0 ? -1.0 : 0.0;
            slope = cell.weight / mean.weight *
                    ((cell.signal - mean.signal) / moment.deviation() -
                     moment.correlation() * (std::abs(cell.change) - mean.change) / moment.cc);
            slope = -share * slope * sign / f.change_scale;
        }
        d_mean[first + i] = static_cast<T>(slope);
    }
}

/// One block, a thread a sample in turn: loss and mean correlation over the samples.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    mag_finish_kernel(ChangeFields<T> f, Index parts, const Sums<3>* means, const Sums<3>* moments,
                      LossOutput<T> output)
{
    const double total = total_weight(f);
    Sums<2> mine{};
    for (Index b = threadIdx.x; b < f.samples; b += cuda::sum_threads) {
        const double share = total > 0 ? static_cast<double>(f.change_weight[b]) / total : 0;
        Sums<3> mean{}, moment{};
        for (Index part = 0; part < parts - (cuda::seeded(407) ? 1 : 0); ++part)
            mean.add(means[b * parts + part]), moment.add(moments[b * parts + part]);
        const Moments m = moments_of(moment, means_of(mean).weight);
        if (share > 0 && !m.flat()) mine.add({share * (1 - m.correlation()), share * m.correlation()});
    }
    const Sums<2> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) cuda::put_loss(output, all.of[0], all.of[1]);
}

} // namespace

template <class T>
void loss_mag(Cuda, const ChangeFields<T>& f, const LossOutput<T>& output)
{
    const Index parts = cuda::sum_blocks(f.cells);
    const cuda::Scratch<Sums<3>> means(parts * f.samples, "loss term mag"), moments(parts * f.samples, "loss term mag");
    const dim3 grid(static_cast<unsigned>(parts), static_cast<unsigned>(f.samples));
    if (f.samples > 0) {
        mag_means_kernel<<<grid, cuda::sum_threads, 0, cuda::stream()>>>(f, means.data());
        cuda::check_launch("loss term mag, means");
        mag_moments_kernel<<<grid, cuda::sum_threads, 0, cuda::stream()>>>(f, means.data(), moments.data());
        cuda::check_launch("loss term mag, moments");
    }
    if (f.samples > 0 && output.d_mean) {
        mag_gradient_kernel<<<grid, cuda::sum_threads, 0, cuda::stream()>>>(f, means.data(), moments.data(),
                                                                            output.d_mean);
        cuda::check_launch("loss term mag, gradient");
    }
    mag_finish_kernel<<<1, cuda::sum_threads, 0, cuda::stream()>>>(f, parts, means.data(), moments.data(), output);
    cuda::check_launch("loss term mag, sums");
}

template void loss_mag(Cuda, const ChangeFields<float>&, const LossOutput<float>&);
template void loss_mag(Cuda, const ChangeFields<double>&, const LossOutput<double>&);

} // namespace gwsd::kernels
