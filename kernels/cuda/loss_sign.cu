// Agreement of signs: the weights are added up first, then one pass makes value and gradient.

#include "gwsd/kernels/loss_sign_cuda.hpp"

#include "loss_finish.cuh"
#include "loss_weights.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

template <class T>
struct ChangeWeight {
    ChangeFields<T> f;
    __device__ double operator()(Index i) const
    {
        return static_cast<double>(f.land[i]) * static_cast<double>(f.area[i]) *
               static_cast<double>(f.change_weight[cuda::seeded(405) ? 0 : i / f.cells]);
    }
};

/// Threads walk over the cells together and write the gradient of each; each block leaves the sums of the loss and of
/// the share that agrees.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    sign_kernel(ChangeFields<T> f, LossOutput<T> output, const Sums<1>* weights, Sums<2>* parts)
{
    const double weight = cuda::sum_parts(weights, gridDim.x).of[0];
    const ChangeWeight<T> weight_of{f};
    Sums<2> mine{};
    for (Index i = cuda::first_item(); i < f.samples * f.cells; i += cuda::item_step()) {
        const double w = weight > 0 ? weight_of(i) / weight : 0;
        double slope = 0;
        if (w > 0) {
            const double d = static_cast<double>(f.mean[i]) - static_cast<double>(f.change_reference[i]);
            const double change = std::tanh(d / f.change_scale), signal = std::tanh(static_cast<double>(f.recharge[i]));
            if (change * signal >= 0) {
                mine.of[1] += w;
            } else {
                mine.of[0] -= w * change * signal;
                slope = -w * signal * (1 - change * change) / f.change_scale;
            }
        }
        if (output.d_mean && (!cuda::seeded(406) || slope != 0)) output.d_mean[i] = static_cast<T>(slope);
    }
    const Sums<2> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) parts[blockIdx.x] = all;
}

/// The figure is the share of cells that agree, in %.
struct SignFigures {
    __device__ double loss(const Sums<2>& sums) const { return sums.of[0]; }
    __device__ double physical(const Sums<2>& sums) const { return 100 * sums.of[1]; }
};

} // namespace

template <class T>
void loss_sign(Cuda, const ChangeFields<T>& f, const LossOutput<T>& output)
{
    const unsigned blocks = cuda::sum_blocks(f.samples * f.cells);
    const cuda::Scratch<Sums<1>> weights(blocks, "loss term sign");
    const cuda::Scratch<Sums<2>> parts(blocks, "loss term sign");
    cuda::add_weights("loss term sign, weights", f.samples * f.cells, ChangeWeight<T>{f}, weights.data());
    sign_kernel<<<blocks, cuda::sum_threads, 0, cuda::stream()>>>(f, output, weights.data(), parts.data());
    cuda::check_launch("loss term sign");
    cuda::finish_loss("loss term sign, sums", blocks, parts.data(), SignFigures{}, output);
}

template void loss_sign(Cuda, const ChangeFields<float>&, const LossOutput<float>&);
template void loss_sign(Cuda, const ChangeFields<double>&, const LossOutput<double>&);

} // namespace gwsd::kernels
