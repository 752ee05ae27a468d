#pragma once

#include <cmath>
#include <type_traits>
#include <vector>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/chunks.hpp"
#include "gwsd/kernels/group_norm_cuda.hpp"
#include "gwsd/tensor/tensor.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/cpu_paths.hpp"
#endif

namespace gwsd::kernels {

namespace detail {

/// Pixels whose sums are added in order: few enough to share among threads, the same for any number of them.
inline constexpr Index norm_chunk = 512;

/// sums [2, channels] += sum of x, sum of x^2 over pixels.
template <class T>
void norm_sums(Index pixels, Index channels, const T* x, double* sums)
{
    for (Index p = 0; p < pixels; ++p)
        for (Index c = 0; c < channels; ++c) {
            const auto v = static_cast<double>(x[p * channels + c]);
            sums[c] += v, sums[channels + c] += v * v;
        }
}

/// y = factor[c] x + addend[c], then SiLU if asked for.
template <class T>
void norm_apply(Index pixels, Index channels, const T* x, const T* factor, const T* addend, bool then_silu, T* y)
{
    for (Index p = 0; p < pixels; ++p)
        for (Index c = 0; c < channels; ++c) {
            const T v = factor[c] * x[p * channels + c] + addend[c];
            y[p * channels + c] = then_silu ? v / (1 + std::exp(-v)) : v;
        }
}

/// The gradient h before SiLU (written only then), and sums [2, channels] += sum of h, sum of h xhat.
template <class T>
void norm_backward_sums(const NormChunk<T>& k, const T* grad_y, T* h, double* sums)
{
    for (Index p = 0; p < k.pixels; ++p)
        for (Index c = 0; c < k.channels; ++c) {
            const Index i = p * k.channels + c;
            const T xhat = (k.x[i] - k.mean[c]) * k.rstd[c];
            T g = grad_y[i];
            if (k.then_silu) {
                const T v = k.scale[c] * xhat + k.shift[c], s = 1 / (1 + std::exp(-v));
                g *= s * (1 + v * (1 - s));
                h[i] = g;
            }
            sums[c] += static_cast<double>(g);
            sums[k.channels + c] += static_cast<double>(g) * static_cast<double>(xhat);
        }
}

/// grad_x = rstd (scale h - mean_h - xhat mean_product), added or written.
template <class T>
void norm_backward_apply(const NormChunk<T>& k, const T* h, const T* mean_h, const T* mean_product, bool add, T* grad_x)
{
    for (Index p = 0; p < k.pixels; ++p)
        for (Index c = 0; c < k.channels; ++c) {
            const Index i = p * k.channels + c;
            const T xhat = (k.x[i] - k.mean[c]) * k.rstd[c];
            grad_x[i] = (add ? grad_x[i] : T{}) + k.rstd[c] * (k.scale[c] * h[i] - mean_h[c] - xhat * mean_product[c]);
        }
}

/// The functions above, or the processor's path where it has them.
template <class T>
struct NormKernels {
    decltype(&norm_sums<T>) sums = norm_sums<T>;
    decltype(&norm_apply<T>) apply = norm_apply<T>;
    decltype(&norm_backward_sums<T>) backward_sums = norm_backward_sums<T>;
    decltype(&norm_backward_apply<T>) backward_apply = norm_backward_apply<T>;
    NormKernels()
    {
#ifdef GWSD_HAVE_CPU_KERNELS
        if constexpr (std::is_same_v<T, float>)
            if (const CpuPaths& paths = cpu_paths(); paths.norm_sums)
                sums = paths.norm_sums, apply = paths.norm_apply, backward_sums = paths.norm_backward_sums,
                backward_apply = paths.norm_backward_apply;
#endif
    }
};

/// [batch, channels] of a value that all channels of a group share.
template <class T>
std::vector<T> for_channels(TensorView<const T, 3> moments, Index which, Index channels)
{
    std::vector<T> all(static_cast<std::size_t>(moments.extent(0) * channels));
    const Index width = channels / moments.extent(1);
    for (Index b = 0; b < moments.extent(0); ++b)
        for (Index c = 0; c < channels; ++c)
            all[static_cast<std::size_t>(b * channels + c)] = moments(b, c / width, which);
    return all;
}

/// Calls work(sample, first pixel, pixels, chunk) for the chunks of all samples.
template <class Work>
void norm_chunks(Index batch, Index pixels, const Work& work)
{
    const Index chunks = (pixels + norm_chunk - 1) / norm_chunk;
    parallel_for(batch * chunks, 1, [&](Index begin, Index end) {
        for (Index part = begin; part < end; ++part) {
            const Index first = part % chunks * norm_chunk;
            work(part / chunks, first, std::min(norm_chunk, pixels - first), part);
        }
    });
}

/// Sums [2, channels] of a sample, its chunks added in order.
inline std::vector<double> norm_total(const std::vector<double>& sums, Index sample, Index pixels, Index channels)
{
    const Index chunks = (pixels + norm_chunk - 1) / norm_chunk;
    std::vector<double> total(static_cast<std::size_t>(2 * channels), 0.0);
    for (Index part = sample * chunks; part < (sample + 1) * chunks; ++part)
        for (Index i = 0; i < 2 * channels; ++i)
            total[static_cast<std::size_t>(i)] += sums[static_cast<std::size_t>(part * 2 * channels + i)];
    return total;
}

} // namespace detail

/// moments [batch, groups, 2] receives mean and rstd. Sums run in double over chunks of pixels in a fixed order.
template <class T>
void group_norm_forward(Cpu, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                        GroupNormOptions o, bool then_silu, TensorView<T, 3> moments, TensorView<T, 4> y)
{
    const detail::NormKernels<T> kernel;
    const Index batch = x.extent(0), pixels = x.extent(1) * x.extent(2), channels = x.extent(3),
                width = channels / o.groups, chunks = (pixels + detail::norm_chunk - 1) / detail::norm_chunk;
    std::vector<double> sums(static_cast<std::size_t>(batch * chunks * channels * 2), 0.0);
    detail::norm_chunks(batch, pixels, [&](Index b, Index first, Index count, Index part) {
        kernel.sums(count, channels, x.data + (b * pixels + first) * channels, sums.data() + part * channels * 2);
    });
    std::vector<T> factor(static_cast<std::size_t>(batch * channels)), addend(factor);
    for (Index b = 0; b < batch; ++b) {
        const auto total = detail::norm_total(sums, b, pixels, channels);
        for (Index g = 0; g < o.groups; ++g) {
            double sum = 0, square = 0;
            for (Index c = g * width; c < (g + 1) * width; ++c)
                sum += total[static_cast<std::size_t>(c)], square += total[static_cast<std::size_t>(channels + c)];
            const double n = static_cast<double>(pixels * width), mean = sum / n,
                         variance = std::max(0.0, square / n - mean * mean);
            moments(b, g, 0) = static_cast<T>(mean);
            moments(b, g, 1) = static_cast<T>(1 / std::sqrt(variance + o.epsilon));
        }
        for (Index c = 0; c < channels; ++c) {
            const auto i = static_cast<std::size_t>(b * channels + c);
            factor[i] = scale(c) * moments(b, c / width, 1);
            addend[i] = shift(c) - factor[i] * moments(b, c / width, 0);
        }
    }
    detail::norm_chunks(batch, pixels, [&](Index b, Index first, Index count, Index) {
        const Index at = (b * pixels + first) * channels;
        kernel.apply(count, channels, x.data + at, factor.data() + b * channels, addend.data() + b * channels,
                     then_silu, y.data + at);
    });
}

/// Adds to grad_scale and grad_shift; writes grad_x, or adds to it. With xhat = (x - mean) rstd and h the gradient
/// before SiLU:
///   grad_x = rstd (scale h - mean(scale h) - xhat mean(scale h xhat)), means over the group's pixels and channels.
template <class T>
void group_norm_backward(Cpu, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                         GroupNormOptions o, bool then_silu, TensorView<const T, 3> moments,
                         TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x, bool add_to_grad_x,
                         TensorView<T, 1> grad_scale, TensorView<T, 1> grad_shift)
{
    const detail::NormKernels<T> kernel;
    const Index batch = x.extent(0), pixels = x.extent(1) * x.extent(2), channels = x.extent(3),
                width = channels / o.groups, chunks = (pixels + detail::norm_chunk - 1) / detail::norm_chunk;
    const auto mean = detail::for_channels(moments, 0, channels), rstd = detail::for_channels(moments, 1, channels);
    const auto chunk = [&](Index b, Index first, Index count) {
        return NormChunk<T>{count,
                            channels,
                            x.data + (b * pixels + first) * channels,
                            mean.data() + b * channels,
                            rstd.data() + b * channels,
                            scale.data,
                            shift.data,
                            then_silu};
    };
    // The gradient before SiLU, made once and used by both passes.
    Tensor<T> before;
    if (then_silu) before = Tensor<T>::empty({grad_y.elements()});
    std::vector<double> sums(static_cast<std::size_t>(batch * chunks * channels * 2), 0.0);
    detail::norm_chunks(batch, pixels, [&](Index b, Index first, Index count, Index part) {
        const Index at = (b * pixels + first) * channels;
        kernel.backward_sums(chunk(b, first, count), grad_y.data + at, then_silu ? before.data() + at : nullptr,
                             sums.data() + part * channels * 2);
    });
    std::vector<T> mean_h(static_cast<std::size_t>(batch * channels)), mean_product(mean_h);
    for (Index b = 0; b < batch; ++b) {
        const auto total = detail::norm_total(sums, b, pixels, channels);
        for (Index g = 0; g < o.groups; ++g) {
            double h = 0, product = 0;
            for (Index c = g * width; c < (g + 1) * width; ++c) {
                const double s = total[static_cast<std::size_t>(c)], p = total[static_cast<std::size_t>(channels + c)];
                grad_shift(c) += static_cast<T>(s), grad_scale(c) += static_cast<T>(p);
                h += static_cast<double>(scale(c)) * s, product += static_cast<double>(scale(c)) * p;
            }
            const double n = static_cast<double>(pixels * width);
            for (Index c = g * width; c < (g + 1) * width; ++c) {
                mean_h[static_cast<std::size_t>(b * channels + c)] = static_cast<T>(h / n);
                mean_product[static_cast<std::size_t>(b * channels + c)] = static_cast<T>(product / n);
            }
        }
    }
    detail::norm_chunks(batch, pixels, [&](Index b, Index first, Index count, Index) {
        const Index at = (b * pixels + first) * channels;
        kernel.backward_apply(chunk(b, first, count), then_silu ? before.data() + at : grad_y.data + at,
                              mean_h.data() + b * channels, mean_product.data() + b * channels, add_to_grad_x,
                              grad_x.data + at);
    });
}

} // namespace gwsd::kernels
