#pragma once

// What this machine can do at this moment, to state a kernel's speed as a share of it: multiply-adds that stay in
// registers, and a triad through memory, both on all threads of the pool.

#include <sched.h>
#include <algorithm>
#include <atomic>
#include <chrono>
#include <numeric>
#include <thread>
#include <vector>
#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "gwsd/core/parallel.hpp"

namespace gwsd::bench {

inline double seconds_since(std::chrono::steady_clock::time_point start)
{
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

/// Calls body(thread) once on every thread of the pool, on all of them at the same time.
template <class Body>
void on_every_thread(const Body& body)
{
    ThreadPool& pool = thread_pool();
    std::atomic<int> here = 0;
    pool.run(pool.threads(), [&](int thread) {
        ++here;
        while (here < pool.threads()) std::this_thread::yield();
        body(thread);
    });
}

/// Ties every thread of the pool to one of the processors that this process may use.
inline void bind_threads()
{
    cpu_set_t usable;
    CPU_ZERO(&usable);
    if (sched_getaffinity(0, sizeof usable, &usable) != 0) return;
    std::vector<int> processors;
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        if (CPU_ISSET(cpu, &usable)) processors.push_back(cpu);
    on_every_thread([&](int thread) {
        cpu_set_t one;
        CPU_ZERO(&one);
        CPU_SET(processors[static_cast<std::size_t>(thread) % processors.size()], &one);
        sched_setaffinity(0, sizeof one, &one);
    });
}

/// Sums that are carried on at the same time: enough to hide the latency of a multiply-add.
inline constexpr int chains = 12;

/// A loop of multiply-adds: what it computes keeps the compiler from leaving it out.
struct MultiplyAdd {
    int lanes;
    float (*run)(long rounds);
};

inline float multiply_add_portable(long rounds)
{
    typedef float Four __attribute__((vector_size(16)));
    Four sum[chains] = {};
    for (long r = 0; r < rounds; ++r)
        for (auto& s : sum) s = s * 0.5F + 1.0F;
    for (int k = 1; k < chains; ++k) sum[0] += sum[k];
    return sum[0][0];
}

#if defined(__x86_64__)
__attribute__((target("avx2,fma"))) inline float multiply_add_avx2(long rounds)
{
    const __m256 factor = _mm256_set1_ps(0.5F), addend = _mm256_set1_ps(1.0F);
    __m256 sum[chains];
    for (auto& s : sum) s = addend;
    for (long r = 0; r < rounds; ++r)
        for (auto& s : sum) s = _mm256_fmadd_ps(s, factor, addend);
    for (int k = 1; k < chains; ++k) sum[0] = _mm256_add_ps(sum[0], sum[k]);
    return _mm256_cvtss_f32(sum[0]);
}

__attribute__((target("avx512f"))) inline float multiply_add_avx512(long rounds)
{
    const __m512 factor = _mm512_set1_ps(0.5F), addend = _mm512_set1_ps(1.0F);
    __m512 sum[chains];
    for (auto& s : sum) s = addend;
    for (long r = 0; r < rounds; ++r)
        for (auto& s : sum) s = _mm512_fmadd_ps(s, factor, addend);
    for (int k = 1; k < chains; ++k) sum[0] = _mm512_add_ps(sum[0], sum[k]);
    return _mm512_cvtss_f32(sum[0]);
}
#endif

inline MultiplyAdd widest_multiply_add()
{
#if defined(__x86_64__)
    if (__builtin_cpu_supports("avx512f")) return {16, multiply_add_avx512};
    if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) return {8, multiply_add_avx2};
#endif
    return {4, multiply_add_portable};
}

/// GFLOP/s of f32 multiply-adds in registers, all threads together, over a burst of some 30 ms.
inline double multiply_add_burst()
{
    const MultiplyAdd loop = widest_multiply_add();
    constexpr long rounds = 100'000;
    std::vector<double> speed(static_cast<std::size_t>(thread_pool().threads()));
    on_every_thread([&](int thread) {
        [[maybe_unused]] static thread_local volatile float kept = 0;
        const auto start = std::chrono::steady_clock::now();
        double done = 0;
        do {
            kept = loop.run(rounds);
            done += 2.0 * chains * loop.lanes * static_cast<double>(rounds);
        } while (seconds_since(start) < 0.03);
        speed[static_cast<std::size_t>(thread)] = done / seconds_since(start) / 1e9;
    });
    return std::accumulate(speed.begin(), speed.end(), 0.0);
}

/// GB/s of a = b + s c through memory, all threads together: two reads and a write, best of three.
inline double triad_burst()
{
    const Index n = Index{1} << 24;
    const auto count = static_cast<std::size_t>(n);
    std::vector<float> a(count), b(count, 1.0F), c(count, 2.0F);
    double best = 0;
    for (int repeat = 0; repeat < 3; ++repeat) {
        const auto start = std::chrono::steady_clock::now();
        parallel_for(n, 4096, [&](Index begin, Index end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                a[i] = b[i] + 0.5F * c[i];
        });
        best = std::max(best, 12.0 * static_cast<double>(n) / seconds_since(start) / 1e9);
    }
    return best;
}

} // namespace gwsd::bench
