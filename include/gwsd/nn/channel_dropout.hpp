#pragma once

#include <cstdint>
#include <string>

#include "gwsd/core/random.hpp"
#include "gwsd/kernels/slices.hpp"
#include "gwsd/ops/pointwise.hpp"

namespace gwsd::nn {

/// Dropout of whole channels (Tompson et al. 2015, arXiv 1411.4280), since neighbouring cells are too alike for the
/// loss of one of them to be felt: y = x m, with m = 0 for a share p of the channels and 1 / (1 - p) for the others, so
/// that the mean over all masks is x.
///
/// A mask is a function of seed, stream, layer, sample and channel alone (core/random.hpp): neither threads nor an
/// interruption change it. With p = 0 the input is returned as it is.
struct ChannelDropout {
    double share = 0; ///< p, of the channels
    std::uint64_t seed = 0, stream = 0;
    bool one_network = false; ///< all samples of a batch have the same mask

    /// Of a step of the training: every sample of the batch has masks of its own.
    static ChannelDropout training(double share, std::uint64_t seed, std::uint64_t step)
    {
        return {share, seed, 0x5F00000000000000ULL + step, false};
    }
    /// Of the k-th network of Monte-Carlo dropout: whatever it is applied to, in one batch or in many, its masks stay.
    static ChannelDropout sampled(double share, std::uint64_t seed, std::uint64_t k)
    {
        return {share, seed, 0x6000000000000000ULL + k, true};
    }

    /// The factors of the channels: [batch, channels], or [1, channels] for one network.
    template <class T>
    Tensor<T> mask(Index layer, Index batch, Index channels) const
    {
        auto factors = Tensor<T>::empty({one_network ? 1 : batch, channels});
        Random random(seed, stream);
        for (Index i = 0; i < factors.elements(); ++i) {
            const Index sample = i / channels, channel = i % channels;
            random.seek(static_cast<std::uint64_t>((layer << 48) + (sample << 24) + channel));
            factors.data()[i] = static_cast<T>(random.uniform() < share ? 0 : 1 / (1 - share));
        }
        return factors;
    }

    /// x [batch, rows, cols, channels]; layers of a network have different numbers. Throws ShapeError.
    template <class T, class Device>
    Variable<T, Device> operator()(const Variable<T, Device>& x, Index layer) const
    {
        if (!(share > 0)) return x;
        const Shape& s = x.shape();
        if (s.rank() != 4)
            throw ShapeError("channel_dropout: expects input [batch, rows, cols, channels], got " + to_string(s));
        const auto factors = copy_to<Device>(mask<T>(layer, s[0], s[3]));
        const Index masks = factors.shape()[0], pixels = s[0] * s[1] * s[2] / masks, channels = s[3];
        // Drawn on the host, where a few hundred numbers cost nothing; a source row of stride 0 is laid over all
        // pixels.
        const auto whole = Tensor<T, Device>::empty(s);
        for (Index n = 0; n < masks; ++n)
            kernels::copy_columns(Device{}, pixels, channels, factors.data() + n * channels, Index{0},
                                  whole.data() + n * pixels * channels, channels);
        return ops::multiply(x, Variable<T, Device>(whole));
    }
};

} // namespace gwsd::nn
