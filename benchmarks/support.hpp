#pragma once

// What the benchmarks of single kernels share: fields of random numbers, and figures beside what they are a share of.

#include <benchmark/benchmark.h>
#include <algorithm>

#include "gwsd/core/random.hpp"
#include "gwsd/tensor/tensor.hpp"
#include "peak.hpp"

namespace gwsd::bench {

inline Tensor<float> random_field(const Shape& shape, std::uint64_t seed)
{
    auto field = Tensor<float>::empty(shape);
    Random random(seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = static_cast<float>(random.uniform(-1, 1));
    return field;
}

/// Arithmetic and traffic of one iteration; 0 for what is not to be stated.
struct Work {
    double operations = 0, bytes = 0;
};

/// Counters GFLOP/s and GB/s, and each as percent of what this machine did in bursts just before and after.
class Meter {
public:
    explicit Meter(Work work) : work_(work) { burst(); }

    void report(benchmark::State& state)
    {
        burst();
        const auto rate = [&](const char* name, double amount) {
            state.counters[name] =
                benchmark::Counter(static_cast<double>(state.iterations()) * amount, benchmark::Counter::kIsRate);
        };
        if (work_.operations > 0) {
            rate("GFLOP/s", work_.operations / 1e9);
            rate("%peak", 100 * work_.operations / 1e9 / peak_);
        }
        if (work_.bytes > 0) {
            rate("GB/s", work_.bytes / 1e9);
            rate("%triad", 100 * work_.bytes / 1e9 / triad_);
        }
    }

private:
    void burst()
    {
        if (work_.operations > 0) peak_ = std::max(peak_, multiply_add_burst());
        if (work_.bytes > 0) triad_ = std::max(triad_, triad_burst());
    }

    Work work_;
    double peak_ = 0, triad_ = 0;
};

} // namespace gwsd::bench
