#pragma once

#include <cmath>
#include <vector>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/pointwise.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

/// y = scale[c] * (x - mean) * rstd + shift[c], rstd = 1 / sqrt(variance + epsilon); optionally followed by SiLU.
struct GroupNormOptions {
    Index groups = 8;
    double epsilon = 1e-5;
};

namespace detail {

/// Rows of pixels whose sums are added in order: small enough to share among threads, the same for any number of them.
inline constexpr Index norm_chunk = 512;

} // namespace detail

/// moments [batch, groups, 2] receives mean and rstd. Sums run in double over chunks of pixels in a fixed order.
template <class T>
void group_norm_forward(Cpu, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                        GroupNormOptions o, bool then_silu, TensorView<T, 3> moments, TensorView<T, 4> y)
{
    const Index batch = x.extent(0), pixels = x.extent(1) * x.extent(2), channels = x.extent(3),
                width = channels / o.groups;
    const Index chunks = (pixels + detail::norm_chunk - 1) / detail::norm_chunk;
    std::vector<double> sums(static_cast<std::size_t>(batch * chunks * channels * 2), 0.0);
    parallel_for(batch * chunks, 1, [&](Index begin, Index end) {
        for (Index part = begin; part < end; ++part) {
            double* sum = sums.data() + part * channels * 2;
            const Index b = part / chunks, first = part % chunks * detail::norm_chunk,
                        last = std::min(pixels, first + detail::norm_chunk);
            for (Index p = first; p < last; ++p) {
                const T* pixel = x.data + (b * pixels + p) * channels;
                for (Index c = 0; c < channels; ++c) {
                    const auto v = static_cast<double>(pixel[c]);
                    sum[c] += v;
                    sum[channels + c] += v * v;
                }
            }
        }
    });
    for (Index b = 0; b < batch; ++b)
        for (Index g = 0; g < o.groups; ++g) {
            double sum = 0, square = 0;
            for (Index part = b * chunks; part < (b + 1) * chunks; ++part)
                for (Index c = g * width; c < (g + 1) * width; ++c) {
                    sum += sums[static_cast<std::size_t>(part * channels * 2 + c)];
                    square += sums[static_cast<std::size_t>(part * channels * 2 + channels + c)];
                }
            const double n = static_cast<double>(pixels * width), mean = sum / n,
                         variance = std::max(0.0, square / n - mean * mean);
            moments(b, g, 0) = static_cast<T>(mean);
            moments(b, g, 1) = static_cast<T>(1 / std::sqrt(variance + o.epsilon));
        }
    parallel_for(batch * chunks, 1, [&](Index begin, Index end) {
        std::vector<T> factor(static_cast<std::size_t>(channels)), addend(static_cast<std::size_t>(channels));
        for (Index part = begin; part < end; ++part) {
            const Index b = part / chunks, first = part % chunks * detail::norm_chunk,
                        last = std::min(pixels, first + detail::norm_chunk);
            for (Index c = 0; c < channels; ++c) {
                const auto i = static_cast<std::size_t>(c);
                factor[i] = scale(c) * moments(b, c / width, 1);
                addend[i] = shift(c) - factor[i] * moments(b, c / width, 0);
            }
            const T* from = x.data + (b * pixels + first) * channels;
            T* to = y.data + (b * pixels + first) * channels;
            for (Index p = 0; p < last - first; ++p)
                for (Index c = 0; c < channels; ++c)
                    to[p * channels + c] = factor[static_cast<std::size_t>(c)] * from[p * channels + c] +
                                           addend[static_cast<std::size_t>(c)];
            if (then_silu) {
                std::vector<T> gate(static_cast<std::size_t>((last - first) * channels));
                sigmoid(Cpu{}, static_cast<Index>(gate.size()), to, gate.data());
                for (std::size_t i = 0; i < gate.size(); ++i) to[i] *= gate[i];
            }
        }
    });
}

/// Adds to grad_x, grad_scale, grad_shift. With xhat = (x - mean) rstd and h the gradient before SiLU:
///   grad_x = rstd (scale h - mean(scale h) - xhat mean(scale h xhat)), means over the group's pixels and channels.
template <class T>
void group_norm_backward(Cpu, TensorView<const T, 4> x, TensorView<const T, 1> scale, TensorView<const T, 1> shift,
                         GroupNormOptions o, bool then_silu, TensorView<const T, 3> moments,
                         TensorView<const T, 4> grad_y, TensorView<T, 4> grad_x, TensorView<T, 1> grad_scale,
                         TensorView<T, 1> grad_shift)
{
    const Index batch = x.extent(0), pixels = x.extent(1) * x.extent(2), channels = x.extent(3),
                width = channels / o.groups;
    const Index chunks = (pixels + detail::norm_chunk - 1) / detail::norm_chunk;
    // The gradient before SiLU, made once and used by both passes.
    std::vector<T> before(then_silu ? static_cast<std::size_t>(grad_y.elements()) : 0);
    const T* h = then_silu ? before.data() : grad_y.data;
    std::vector<double> sums(static_cast<std::size_t>(batch * chunks * channels * 2),
                             0.0); // per channel: sum of h, of h xhat
    parallel_for(batch * chunks, 1, [&](Index begin, Index end) {
        std::vector<T> value, gate;
        for (Index part = begin; part < end; ++part) {
            const Index b = part / chunks, first = part % chunks * detail::norm_chunk,
                        last = std::min(pixels, first + detail::norm_chunk);
            const Index offset = (b * pixels + first) * channels, count = (last - first) * channels;
            if (then_silu) {
                value.resize(static_cast<std::size_t>(count)), gate.resize(static_cast<std::size_t>(count));
                for (Index p = 0; p < last - first; ++p)
                    for (Index c = 0; c < channels; ++c) {
                        const Index i = p * channels + c;
                        value[static_cast<std::size_t>(i)] =
                            scale(c) * (x.data[offset + i] - moments(b, c / width, 0)) * moments(b, c / width, 1) +
                            shift(c);
                    }
                sigmoid(Cpu{}, count, value.data(), gate.data());
                for (Index i = 0; i < count; ++i) {
                    const T s = gate[static_cast<std::size_t>(i)];
                    before[static_cast<std::size_t>(offset + i)] =
                        grad_y.data[offset + i] * s * (1 + value[static_cast<std::size_t>(i)] * (1 - s));
                }
            }
            double* sum = sums.data() + part * channels * 2;
            for (Index p = 0; p < last - first; ++p)
                for (Index c = 0; c < channels; ++c) {
                    const Index i = offset + p * channels + c;
                    const double xhat =
                        static_cast<double>((x.data[i] - moments(b, c / width, 0)) * moments(b, c / width, 1));
                    sum[c] += static_cast<double>(h[i]);
                    sum[channels + c] += static_cast<double>(h[i]) * xhat;
                }
        }
    });
    std::vector<T> means(static_cast<std::size_t>(batch * o.groups * 2));
    for (Index b = 0; b < batch; ++b)
        for (Index c = 0; c < channels; ++c) {
            double sum = 0, product = 0;
            for (Index part = b * chunks; part < (b + 1) * chunks; ++part) {
                sum += sums[static_cast<std::size_t>(part * channels * 2 + c)];
                product += sums[static_cast<std::size_t>(part * channels * 2 + channels + c)];
            }
            grad_shift(c) += static_cast<T>(sum);
            grad_scale(c) += static_cast<T>(product);
            const double n = static_cast<double>(pixels * width), w = static_cast<double>(scale(c));
            means[static_cast<std::size_t>((b * o.groups + c / width) * 2)] += static_cast<T>(w * sum / n);
            means[static_cast<std::size_t>((b * o.groups + c / width) * 2 + 1)] += static_cast<T>(w * product / n);
        }
    parallel_for(batch * pixels, 256, [&](Index begin, Index end) {
        for (Index p = begin; p < end; ++p) {
            const Index b = p / pixels;
            for (Index g = 0; g < o.groups; ++g) {
                const T mean = moments(b, g, 0), rstd = moments(b, g, 1);
                const T m0 = means[static_cast<std::size_t>((b * o.groups + g) * 2)],
                        m1 = means[static_cast<std::size_t>((b * o.groups + g) * 2 + 1)];
                for (Index c = g * width; c < (g + 1) * width; ++c) {
                    const Index i = p * channels + c;
                    grad_x.data[i] += rstd * (scale(c) * h[i] - m0 - (x.data[i] - mean) * rstd * m1);
                }
            }
        }
    });
}

} // namespace gwsd::kernels
