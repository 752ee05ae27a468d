// Group normalisation: sums of each sample and channel, from them what each channel's values are multiplied with and
// added to, then one pass over the pixels. Formulas in kernels/group_norm.hpp.

#pragma nv_diag_suppress 554 // views of constant values also have a conversion to themselves
#include "gwsd/kernels/group_norm_cuda.hpp"

#include <cmath>

#include "group_norm_terms.cuh"
#include "packs.cuh"
#include "seed_bug.cuh"

namespace gwsd::kernels {
namespace {

using namespace norm;
using cuda::load, cuda::store, cuda::Pack;

constexpr int pixels_each = 4; ///< pixels of a thread in the passes that write: its channels' factors stay in registers
constexpr int group_threads = 32;

/// The sum over a warp, in every lane.
__device__ double warp_sum(double value)
{
#pragma unroll
    for (int apart = 16; apart > 0; apart /= 2)
        value += __shfl_xor_sync(cuda::seeded(305) ? 0x7fffffffU : 0xffffffffU, value, apart);
    return value;
}

/// The sums [2] of a group from its channels' totals [2, channels], each times a weight or 1. One warp a group.
template <class T>
__device__ double2 group_sums(const NormShape& n, const double* totals, Index group, const T* weight)
{
    double2 sum{0, 0};
    for (unsigned i = threadIdx.x; i < n.width; i += group_threads) {
        const Index c = group * n.width + i;
        const double w = weight ? static_cast<double>(weight[c]) : 1.0;
        sum.x += w * totals[c], sum.y += w * totals[n.channels + c];
    }
    return {warp_sum(sum.x), warp_sum(sum.y)};
}

/// One warp a sample and group: its moments, and factor and addend of its channels.
template <class T>
__global__ void __launch_bounds__(group_threads)
    moments_kernel(NormShape n, double epsilon, const double* all_totals, const T* scale, const T* shift, T* moments,
                   T* factor, T* addend)
{
    const Index sample = blockIdx.x / n.groups, group = blockIdx.x % n.groups;
    const double2 sum = group_sums<T>(n, all_totals + sample * 2 * n.channels, group, nullptr);
    const double mean = sum.x / n.count(), square = sum.y / n.count() - mean * mean, variance = square > 0 ? square : 0;
    const T m = static_cast<T>(mean), rstd = static_cast<T>(1 / std::sqrt(variance + epsilon));
    if (threadIdx.x == 0) moments[2 * blockIdx.x] = m, moments[2 * blockIdx.x + 1] = rstd;
    for (unsigned i = threadIdx.x; i < n.width; i += group_threads) {
        const Index c = group * n.width + i;
        factor[sample * n.channels + c] = scale[c] * rstd;
        addend[sample * n.channels + c] = shift[c] - scale[c] * rstd * m;
    }
}

/// One warp a sample and group: means of scale h and of scale h xhat.
template <class T>
__global__ void __launch_bounds__(group_threads)
    means_kernel(NormShape n, const double* all_totals, const T* scale, T* mean_h, T* mean_product)
{
    const Index sample = blockIdx.x / n.groups, group = blockIdx.x % n.groups;
    const double2 sum = group_sums(n, all_totals + sample * 2 * n.channels, group, scale);
    if (threadIdx.x > 0) return;
    mean_h[blockIdx.x] = static_cast<T>(sum.x / n.count());
    mean_product[blockIdx.x] = static_cast<T>(sum.y / n.count());
}

/// One thread a channel: it adds the samples' totals in order.
template <class T>
__global__ void parameters_kernel(NormShape n, const double* totals, T* grad_scale, T* grad_shift)
{
    const Index c = static_cast<Index>(blockIdx.x) * cuda::block_threads + threadIdx.x;
    if (c >= n.channels) return;
    double h = 0, product = 0;
    for (Index b = 0; b < n.batch - (cuda::seeded(306) ? 1 : 0); ++b)
        h += totals[b * 2 * n.channels + c], product += totals[(b * 2 + 1) * n.channels + c];
    grad_shift[c] += static_cast<T>(h), grad_scale[c] += static_cast<T>(product);
}

/// The first of a thread's pixels, and the one behind its last; samples lie along the grid's z.
struct PixelRange {
    Index begin, end, sample;
    __device__ explicit PixelRange(Index pixels) : begin(cuda::pixel_here(pixels_each)), sample(blockIdx.z)
    {
        const Index behind = begin + pixels_each * blockDim.y;
        end = behind < pixels || cuda::seeded(307) ? behind : pixels;
    }
};

/// One thread a pack of channels of four pixels: y = factor x + addend, then SiLU.
template <class T, int N, bool Silu>
__global__ void __launch_bounds__(cuda::block_threads)
    normalise_kernel(NormShape n, const T* x, const T* factors, const T* addends, T* y)
{
    const PixelRange pixels(n.pixels);
    const Index c = cuda::pack_here() * N;
    if (c >= n.channels) return;
    const auto factor = load<N>(factors + pixels.sample * n.channels + c),
               addend = load<N>(addends + pixels.sample * n.channels + c);
    for (Index p = pixels.begin; p < pixels.end; p += blockDim.y) {
        const Index at = (pixels.sample * n.pixels + p) * n.channels + c;
        auto v = load<N>(x + at);
#pragma unroll
        for (int i = 0; i < N; ++i) {
            v.at[i] = factor.at[i] * v.at[i] + addend.at[i];
            if (Silu) v.at[i] = v.at[i] / (1 + std::exp(-v.at[i]));
        }
        store(v, y + at);
    }
}

/// One thread a pack of channels of four pixels: grad_x = rstd (scale h - mean_h - xhat mean_product), added or
/// written. It computes h again: that is cheaper than another array written and read.
template <class T, int N, bool Silu>
__global__ void __launch_bounds__(cuda::block_threads)
    backward_apply_kernel(BackwardTerm<T, N, Silu> in, const T* mean_h, const T* mean_product, bool add, T* grad_x)
{
    const NormShape& n = in.n;
    const PixelRange pixels(n.pixels);
    const Index c = cuda::pack_here() * N;
    if (c >= n.channels) return;
    const NormChannels<T, N> channels(n, in.moments, in.scale, in.shift, pixels.sample, c);
    Pack<T, N> of_h, of_product;
#pragma unroll
    for (int i = 0; i < N; ++i) {
        const Index group = (cuda::seeded(308) ? 0 : pixels.sample * n.groups) + static_cast<unsigned>(c + i) / n.width;
        of_h.at[i] = mean_h[group], of_product.at[i] = mean_product[group];
    }
    for (Index p = pixels.begin; p < pixels.end; p += blockDim.y) {
        const Index at = (pixels.sample * n.pixels + p) * n.channels + c;
        const auto x = load<N>(in.x + at), g = load<N>(in.grad_y + at);
        auto sum = add ? load<N>(grad_x + at) : Pack<T, N>{};
#pragma unroll
        for (int i = 0; i < N; ++i) {
            const T xhat = channels.normalised(i, x.at[i]);
            const T h = Silu ? channels.before_silu(i, xhat, g.at[i]) : g.at[i];
            sum.at[i] += channels.rstd.at[i] * (channels.scale.at[i] * h - of_h.at[i] - xhat * of_product.at[i]);
        }
        store(sum, grad_x + at);
    }
}

/// Calls work(std::bool_constant) with a condition that kernels are compiled for.
template <class Work>
void with_choice(bool condition, const Work& work)
{
    if (condition)
        work(std::true_type{});
    else
        work(std::false_type{});
}

cuda::Blocks apply_blocks(const NormShape& n, Index packs)
{
    auto blocks = cuda::pixel_blocks(n.pixels, packs, pixels_each);
    blocks.grid.z = static_cast<unsigned>(n.batch);
    return blocks;
}

template <class T>
NormShape norm_shape(TensorView<const T, 4> x, GroupNormOptions o)
{
    return {x.extent(0), x.extent(1) * x.extent(2), x.extent(3), static_cast<unsigned>(o.groups),
            static_cast<unsigned>(x.extent(3) / o.groups)};
}

} // namespace

template <class T>
void group_norm_forward(Cuda, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                        GroupNormOptions o, bool then_silu, TensorView<T, 3> moments, TensorView<T, 4> y)
{
    const char* name = "group_norm";
    const NormShape n = norm_shape(x, o);
    if (x.elements() == 0) return;
    const cuda::Scratch<double> totals(n.batch * 2 * n.channels, name);
    const cuda::Scratch<T> factor(n.batch * n.channels, name), addend(n.batch * n.channels, name);
    cuda::with_packs<T>(n.channels, {x.data, y.data}, [&](auto width) {
        constexpr int pack = decltype(width)::value;
        cuda::column_sums<T, pack, 2>(name, cuda::column_shape(n.batch, n.pixels, n.channels),
                                      MomentsTerm<T, pack>{x.data}, totals.data());
        moments_kernel<<<static_cast<unsigned>(n.batch * n.groups), group_threads, 0, cuda::stream()>>>(
            n, o.epsilon, totals.data(), scale.data, shift.data, moments.data, factor.data(), addend.data());
        cuda::check_launch(name);
        const auto [grid, block] = apply_blocks(n, n.channels / pack);
        with_choice(then_silu, [&, grid = grid, block = block](auto silu) {
            normalise_kernel<T, pack, decltype(silu)::value>
                <<<grid, block, 0, cuda::stream()>>>(n, x.data, factor.data(), addend.data(), y.data);
        });
        cuda::check_launch(name);
    });
}

template <class T>
void group_norm_backward(Cuda, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                         GroupNormOptions o, bool then_silu, TensorView<const T, 3> moments,
                         TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x, bool add_to_grad_x,
                         TensorView<T, 1> grad_scale, TensorView<T, 1> grad_shift)
{
    const char* name = "group_norm, backward";
    const NormShape n = norm_shape(x, o);
    if (x.elements() == 0) return;
    const cuda::Scratch<double> totals(n.batch * 2 * n.channels, name);
    const cuda::Scratch<T> mean_h(n.batch * n.groups, name), mean_product(n.batch * n.groups, name);
    const auto run = [&](auto width, auto silu) {
        constexpr int pack = decltype(width)::value;
        using Term = BackwardTerm<T, pack, decltype(silu)::value>;
        const Term term{n, x.data, grad_y.data, moments.data, scale.data, shift.data};
        cuda::column_sums<T, pack, 2>(name, cuda::column_shape(n.batch, n.pixels, n.channels), term, totals.data());
        means_kernel<<<static_cast<unsigned>(n.batch * n.groups), group_threads, 0, cuda::stream()>>>(
            n, totals.data(), scale.data, mean_h.data(), mean_product.data());
        cuda::check_launch(name);
        parameters_kernel<<<cuda::blocks_for(n.channels, cuda::block_threads), cuda::block_threads, 0,
                            cuda::stream()>>>(n, totals.data(), grad_scale.data, grad_shift.data);
        cuda::check_launch(name);
        const auto [grid, block] = apply_blocks(n, n.channels / pack);
        backward_apply_kernel<<<grid, block, 0, cuda::stream()>>>(term, mean_h.data(), mean_product.data(),
                                                                  add_to_grad_x, grad_x.data);
        cuda::check_launch(name);
    };
    cuda::with_packs<T>(n.channels, {x.data, grad_y.data, grad_x.data, scale.data, shift.data},
                        [&](auto width) { with_choice(then_silu, [&](auto silu) { run(width, silu); }); });
}

#define GWSD_INSTANTIATE(T)                                                                                         \
    template void group_norm_forward(Cuda, TensorView<const T, 4>, TensorView<const T, 1>, TensorView<const T, 1>,  \
                                     GroupNormOptions, bool, TensorView<T, 3>, TensorView<T, 4>);                   \
    template void group_norm_backward(Cuda, TensorView<const T, 4>, TensorView<const T, 1>, TensorView<const T, 1>, \
                                      GroupNormOptions, bool, TensorView<const T, 3>, TensorView<const T, 4>,       \
                                      TensorView<T, 4>, bool, TensorView<T, 1>, TensorView<T, 1>);
GWSD_INSTANTIATE(float)
GWSD_INSTANTIATE(double)

} // namespace gwsd::kernels
