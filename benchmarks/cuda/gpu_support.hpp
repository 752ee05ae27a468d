#pragma once

// What the benchmarks of CUDA kernels share: fields on the device, comparison with the CPU, and times by events beside
// what the device can do at most.

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cmath>
#include <set>
#include <string>

#include "device.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd::bench {

inline Tensor<float> random_field(const Shape& shape, std::uint64_t seed)
{
    auto field = Tensor<float>::empty(shape);
    Random random(seed);
    for (Index i = 0; i < field.elements(); ++i) field.data()[i] = static_cast<float>(random.uniform(-1, 1));
    return field;
}
inline Tensor<float, Cuda> on_device(const Tensor<float>& field) { return copy_to<Cuda>(field); }
inline Tensor<float, Cuda> random_on_device(const Shape& shape, std::uint64_t seed)
{
    return on_device(random_field(shape, seed));
}

template <int Rank>
TensorView<const float, Rank> constant(const Tensor<float, Cuda>& t)
{
    return t.view<Rank>();
}
template <int Rank>
TensorView<const float, Rank> constant(const Tensor<float>& t)
{
    return t.view<Rank>();
}

/// Bytes of all values of the tensors.
template <class... Tensors>
double bytes_of(const Tensors&... tensors)
{
    return 4.0 * static_cast<double>((tensors.elements() + ...));
}

/// Cases whose result was not the CPU's.
inline std::set<std::string>& failures()
{
    static std::set<std::string> names;
    return names;
}

/// True if the device's result is the CPU's, ||a - b|| <= tolerance ||b||; otherwise the case ends with an error.
inline bool agrees(benchmark::State& state, const std::string& name, const Tensor<float, Cuda>& got,
                   const Tensor<float>& expected, double tolerance = 1e-5)
{
    const auto a = got.to_vector(), b = expected.to_vector();
    double difference = 0, size = 1e-300;
    for (std::size_t i = 0; i < b.size(); ++i) {
        difference += std::pow(static_cast<double>(a[i]) - static_cast<double>(b[i]), 2);
        size += std::pow(static_cast<double>(b[i]), 2);
    }
    if (std::sqrt(difference / size) <= tolerance) return true;
    failures().insert(name);
    state.SkipWithError("the result is not the CPU's");
    return false;
}

/// Arithmetic and traffic of one call; 0 for what is not to be stated. Operations in bf16 are a share of another peak.
struct Work {
    double operations = 0, bytes = 0;
    bool bf16 = false;
};

/// Milliseconds of `calls` calls, by events on the compute stream.
class Stopwatch {
public:
    Stopwatch()
    {
        cuda::check(cudaEventCreate(&start_), "cudaEventCreate");
        cuda::check(cudaEventCreate(&stop_), "cudaEventCreate");
    }
    ~Stopwatch() { (void)cudaEventDestroy(start_), (void)cudaEventDestroy(stop_); }
    Stopwatch(const Stopwatch&) = delete;
    Stopwatch& operator=(const Stopwatch&) = delete;

    template <class Body>
    double operator()(long calls, const Body& body)
    {
        cuda::check(cudaEventRecord(start_, cuda::stream()), "cudaEventRecord");
        for (long i = 0; i < calls; ++i) body();
        cuda::check(cudaEventRecord(stop_, cuda::stream()), "cudaEventRecord");
        cuda::check(cudaEventSynchronize(stop_), "cudaEventSynchronize");
        float milliseconds = 0;
        cuda::check(cudaEventElapsedTime(&milliseconds, start_, stop_), "cudaEventElapsedTime");
        return static_cast<double>(milliseconds);
    }

private:
    cudaEvent_t start_ = nullptr, stop_ = nullptr;
};

/// Times body(), which launches kernels. Between two events it is called often enough to last a millisecond, so that
/// neither the events' resolution nor a first launch counts. Tensors that fit the L2 cache stay there from call to
/// call: then more than 100 % of the memory's peak is possible.
template <class Body>
void measure(benchmark::State& state, const Work& work, const Body& body)
{
    if (device().standin) { // once, and never a time
        for (auto _ : state) {
            body();
            cuda::check(cudaStreamSynchronize(cuda::stream()), "cudaStreamSynchronize");
            state.SetIterationTime(1e9);
        }
        return;
    }
    Stopwatch time;
    time(2, body); // warm up: memory pool, plans of libraries
    const double once = std::max(time(1, body), 1e-3);
    const long calls = std::clamp(std::lround(1.0 / once), 1L, 1000L);
    time(std::max(calls, std::lround(50.0 / once)), body); // clocks rise
    double seconds = 0;
    for (auto _ : state) {
        const double one = time(calls, body) / 1e3 / static_cast<double>(calls);
        state.SetIterationTime(one);
        seconds += one;
    }
    const double per_second = static_cast<double>(state.iterations()) / seconds;
    const auto state_rate = [&](const char* rate, const char* share, double amount, double peak) {
        if (amount <= 0) return;
        state.counters[rate] = amount * per_second / 1e9;
        if (peak > 0) state.counters[share] = 100 * amount * per_second / peak;
    };
    state_rate("GFLOP/s", work.bf16 ? "%bf16_peak" : "%f32_peak", work.operations,
               work.bf16 ? device().bf16_peak : device().f32_peak);
    state_rate("GB/s", "%memory_peak", work.bytes, device().memory_peak);
    // The roofline: no call takes less than its bytes over the bandwidth, nor than its operations over the peak.
    const double peak = work.bf16 ? device().bf16_peak : device().f32_peak;
    if (work.operations > 0 && work.bytes > 0 && peak > 0 && device().memory_peak > 0)
        state.counters["%roofline"] =
            100 * per_second * std::max(work.operations / peak, work.bytes / device().memory_peak);
}

/// Registers the cases of a program, whose sizes depend on the device.
void register_cases();

/// Every case: milliseconds by events.
inline benchmark::internal::Benchmark* timed(benchmark::internal::Benchmark* b)
{
    return b->Unit(benchmark::kMillisecond)->UseManualTime();
}

} // namespace gwsd::bench
