#pragma once

// What group normalisation adds up over pixels, and what its passes need of each channel.

#include <cmath>

#include "column_sums.cuh"

namespace gwsd::kernels::norm {

using cuda::load, cuda::Pack, cuda::PairSum;

struct NormShape {
    Index batch, pixels, channels;
    unsigned groups, width; ///< `width` channels a group
    __device__ double count() const { return static_cast<double>(pixels * width); }
};

/// Adds x and x^2 of a pixel's pack.
template <class T, int N>
struct MomentsTerm {
    const T* x;
    struct At {
        const T* x;
        __device__ void operator()(Index offset, PairSum<T> (&sums)[2][N]) const
        {
            const auto v = load<N>(x + offset);
#pragma unroll
            for (int i = 0; i < N; ++i) sums[0][i].add(v.at[i]), sums[1][i].add_product(v.at[i], v.at[i]);
        }
    };
    __device__ At at(Index, Index channel) const { return {x + channel}; }
};

/// What the passes over pixels need of a pack of channels.
template <class T, int N>
struct NormChannels {
    Pack<T, N> mean, rstd, scale, shift;
    __device__ NormChannels(const NormShape& n, const T* moments, const T* scales, const T* shifts, Index sample,
                            Index channel)
        : scale(load<N>(scales + channel)), shift(load<N>(shifts + channel))
    {
#pragma unroll
        for (int i = 0; i < N; ++i) {
            const Index group = sample * n.groups + static_cast<unsigned>(channel + i) / n.width;
            mean.at[i] = moments[2 * group], rstd.at[i] = moments[2 * group + 1];
        }
    }
    __device__ T normalised(int i, T x) const { return (x - mean.at[i]) * rstd.at[i]; }
    /// The gradient before SiLU from the one behind it.
    __device__ T before_silu(int i, T xhat, T g) const
    {
        const T v = scale.at[i] * xhat + shift.at[i], s = 1 / (1 + std::exp(-v));
        return g * (s * (1 + v * (1 - s)));
    }
};

/// Adds h and h xhat of a pixel's pack.
template <class T, int N, bool Silu>
struct BackwardTerm {
    NormShape n;
    const T *x, *grad_y, *moments, *scale, *shift;
    struct At {
        NormChannels<T, N> channels;
        const T *x, *grad_y;
        __device__ void operator()(Index offset, PairSum<T> (&sums)[2][N]) const
        {
            const auto v = load<N>(x + offset), g = load<N>(grad_y + offset);
#pragma unroll
            for (int i = 0; i < N; ++i) {
                const T xhat = channels.normalised(i, v.at[i]);
                const T h = Silu ? channels.before_silu(i, xhat, g.at[i]) : g.at[i];
                sums[0][i].add(h), sums[1][i].add_product(h, xhat);
            }
        }
    };
    __device__ At at(Index sample, Index channel) const
    {
        return {NormChannels<T, N>(n, moments, scale, shift, sample, channel), x + channel, grad_y + channel};
    }
};

} // namespace gwsd::kernels::norm
