#pragma once

#include <array>
#include <cmath>
#include <cstdint>
#include <numbers>

namespace gwsd {

/// Philox 4x32-10 (Salmon et al. 2011): a counter-based generator. The same key and counter give the same numbers
/// wherever and in whatever order they are drawn, so resuming or splitting a run changes nothing.
struct Philox {
    std::uint64_t key = 0;

    std::array<std::uint32_t, 4> operator()(std::uint64_t counter, std::uint64_t stream = 0) const
    {
        std::array<std::uint32_t, 4> x{low(counter), high(counter), low(stream), high(stream)};
        std::uint32_t k0 = low(key), k1 = high(key);
        for (int round = 0; round < 10; ++round) {
            const std::uint64_t a = 0xD2511F53ULL * x[0], b = 0xCD9E8D57ULL * x[2];
            x = {high(b) ^ x[1] ^ k0, low(b), high(a) ^ x[3] ^ k1, low(a)};
            k0 += 0x9E3779B9U;
            k1 += 0xBB67AE85U;
        }
        return x;
    }

private:
    static std::uint32_t low(std::uint64_t v) { return static_cast<std::uint32_t>(v); }
    static std::uint32_t high(std::uint64_t v) { return static_cast<std::uint32_t>(v >> 32); }
};

/// A stream of random numbers named by (seed, stream); its position is one integer that a checkpoint can store.
class Random {
public:
    explicit Random(std::uint64_t seed, std::uint64_t stream = 0) : philox_{seed}, stream_(stream) {}

    /// Uniform in [0, 1), 53 random bits.
    double uniform()
    {
        const auto bits = philox_(position_++, stream_);
        const std::uint64_t wide = (std::uint64_t{bits[0]} << 32) | bits[1];
        return static_cast<double>(wide >> 11) * 0x1.0p-53;
    }
    double uniform(double from, double to) { return from + (to - from) * uniform(); }

    /// Standard normal by Box and Muller; two uniforms a number keep the position countable.
    double normal()
    {
        const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
        return radius * std::cos(2.0 * std::numbers::pi * uniform());
    }

    /// Uniform integer in [0, n).
    std::uint64_t below(std::uint64_t n) { return static_cast<std::uint64_t>(uniform() * static_cast<double>(n)); }

    std::uint64_t position() const { return position_; }
    void seek(std::uint64_t position) { position_ = position; }

private:
    Philox philox_;
    std::uint64_t stream_;
    std::uint64_t position_ = 0;
};

} // namespace gwsd
