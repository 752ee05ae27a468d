// A step of the optimiser over all parameters at once: a block a chunk for the norm, one block that decides, a block a
// chunk for the step. The host learns nothing of it.

#include "gwsd/kernels/adamw_cuda.hpp"

#include <cmath>

#include "packs.cuh"
#include "sums.cuh"

namespace gwsd::kernels {
namespace {

using cuda::Sums;

/// What one block found out for all others.
struct Decision {
    bool taken;
    double scale, rate, root, share;
};

/// 16 bytes of neighbours, which are read and written at once.
template <class T>
struct WidePack : cuda::Pack<T, 16 / sizeof(T)> {
    static constexpr int size = 16 / sizeof(T);
};

template <class T>
__device__ Index end_of(const StepEntry<T>& entry, const StepChunk& chunk, Index length)
{
    return chunk.first + length < entry.count ? chunk.first + length : entry.count;
}

/// Block c adds up the squares of chunk c; its threads walk over it together, four floats or two doubles at a time.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    norm_kernel(Index length, const StepChunk* chunks, const StepEntry<T>* entries, Sums<1>* parts)
{
    const StepChunk chunk = chunks[blockIdx.x];
    const StepEntry<T> entry = entries[chunk.entry];
    Sums<1> mine{};
    const auto add = [&](T value) { mine.of[0] += static_cast<double>(value) * static_cast<double>(value); };
    if (entry.gradient) {
        Index i = chunk.first;
        const Index end = end_of(entry, chunk, length);
        if (cuda::aligned(entry.gradient + i)) {
            constexpr int size = WidePack<T>::size;
            const Index packs = (end - i) / size;
            for (Index k = threadIdx.x; k < packs; k += cuda::sum_threads) {
                const WidePack<T> pack = reinterpret_cast<const WidePack<T>*>(entry.gradient + i)[k];
                for (const T value : pack.at) add(value);
            }
            i += cuda::seeded(410) ? end - i : packs * size;
        }
        for (i += threadIdx.x; i < end; i += cuda::sum_threads) add(entry.gradient[i]);
    }
    const Sums<1> all = cuda::block_sums(mine);
    if (threadIdx.x == 0) parts[blockIdx.x] = all;
}

/// One block adds up the squares; its first thread decides whether the step is taken, counts it, and works out what is
/// the same for all elements.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    decide_kernel(Index chunks, const Sums<1>* parts, StepOptions o, const T* loss, double* counters, double* outcome,
                  Decision* decision)
{
    const double norm = std::sqrt(cuda::sum_parts(parts, chunks).of[0]);
    if (threadIdx.x != 0) return;
    Decision d{isfinite(norm) && (!loss || isfinite(loss[0])), 1, 0, 0, 0};
    outcome[0] = norm, outcome[1] = d.taken ? 1 : 0;
    if (d.taken || cuda::seeded(411)) {
        const double t = counters[0] + 1, n = counters[1] + 1;
        counters[0] = t, counters[1] = n;
        if (o.largest_norm > 0) d.scale = fmin(1.0, o.largest_norm / (norm + 1e-6));
        d.rate = o.learning_rate / (1 - pow(o.beta1, t)), d.root = 1 / std::sqrt(1 - pow(o.beta2, t));
        d.share = 1 - fmin(o.average_decay, (1 + n) / (10 + n));
    }
    *decision = d;
}

/// The factors of one element's step, as T holds them.
template <class T>
struct Factors {
    T b1, b2, c1, c2, epsilon, by, scale, kept, root, share;

    __device__ Factors(const StepOptions& o, const Decision& d, bool decays)
        : b1(static_cast<T>(o.beta1)),
          b2(static_cast<T>(o.beta2)),
          c1(static_cast<T>(1 - o.beta1)),
          c2(static_cast<T>(1 - o.beta2)),
          epsilon(static_cast<T>(o.epsilon)),
          by(static_cast<T>(d.rate)),
          scale(static_cast<T>(d.scale)),
          kept(static_cast<T>(decays || cuda::seeded(412) ? 1 - o.learning_rate * o.weight_decay : 1.0)),
          root(static_cast<T>(d.root)),
          share(static_cast<T>(d.share))
    {
    }

    __device__ void step(T& w, T gradient, T& m, T& v) const
    {
        const T g = scale * gradient;
        m = b1 * m + c1 * g;
        v = b2 * v + c2 * g * g;
        w = kept * w - by * m / (root * std::sqrt(v) + epsilon);
    }
    __device__ void follow(T& average, T w) const { average += share * (w - average); }
};

/// Neighbours `at`, at + 1, ... of a parameter, as many as a WidePack has.
template <class T>
__device__ void step_pack(const StepEntry<T>& entry, Index at, const Factors<T>& factors)
{
    const auto pack = [at](T* p) -> WidePack<T>& { return *reinterpret_cast<WidePack<T>*>(p + at); };
    WidePack<T> w = pack(entry.weight), m = pack(entry.first_moment), v = pack(entry.second_moment), g{};
    WidePack<T> average{};
    if (entry.gradient) g = *reinterpret_cast<const WidePack<T>*>(entry.gradient + at);
    if (entry.average) average = pack(entry.average);
    for (int k = 0; k < WidePack<T>::size; ++k) factors.step(w.at[k], g.at[k], m.at[k], v.at[k]);
    pack(entry.weight) = w, pack(entry.first_moment) = m, pack(entry.second_moment) = v;
    if (!entry.average) return;
    for (int k = 0; k < WidePack<T>::size; ++k) factors.follow(average.at[k], w.at[k]);
    pack(entry.average) = average;
}

template <class T>
__device__ void step_one(const StepEntry<T>& entry, Index i, const Factors<T>& factors)
{
    T w = entry.weight[i];
    factors.step(w, entry.gradient ? entry.gradient[i] : T{}, entry.first_moment[i], entry.second_moment[i]);
    entry.weight[i] = w;
    if (entry.average) factors.follow(entry.average[i], w);
}

/// Block c makes the step of chunk c; its threads walk over it together, four floats or two doubles at a time.
template <class T>
__global__ void __launch_bounds__(cuda::sum_threads)
    step_kernel(Index length, const StepChunk* chunks, const StepEntry<T>* entries, StepOptions options,
                const Decision* decision)
{
    const Decision d = *decision;
    if (!d.taken && !cuda::seeded(413)) return;
    const StepChunk chunk = chunks[blockIdx.x];
    const StepEntry<T> entry = entries[chunk.entry];
    const Factors<T> factors(options, d, entry.decays != 0);
    Index i = chunk.first;
    const Index end = end_of(entry, chunk, length);
    const bool packed = cuda::aligned(entry.weight + i) && cuda::aligned(entry.first_moment + i) &&
                        cuda::aligned(entry.second_moment + i) &&
                        (!entry.gradient || cuda::aligned(entry.gradient + i)) &&
                        (!entry.average || cuda::aligned(entry.average + i));
    if (packed) {
        const Index packs = (end - i) / WidePack<T>::size + (cuda::seeded(414) ? 1 : 0);
        for (Index k = threadIdx.x; k < packs; k += cuda::sum_threads)
            step_pack(entry, i + k * WidePack<T>::size, factors);
        i += packs * WidePack<T>::size;
    }
    for (i += threadIdx.x; i < end; i += cuda::sum_threads) step_one(entry, i, factors);
}

} // namespace

template <class T>
void adamw_step(Cuda, Index chunks, Index chunk_length, const StepChunk* chunk, const StepEntry<T>* entry,
                const StepOptions& options, const T* loss, double* counters, double* outcome)
{
    const cuda::Scratch<Sums<1>> parts(chunks, "optimiser");
    const cuda::Scratch<Decision> decision(1, "optimiser");
    const auto blocks = static_cast<unsigned>(chunks);
    if (chunks > 0) {
        norm_kernel<<<blocks, cuda::sum_threads, 0, cuda::stream()>>>(chunk_length, chunk, entry, parts.data());
        cuda::check_launch("optimiser, norm of the gradients");
    }
    decide_kernel<<<1, cuda::sum_threads, 0, cuda::stream()>>>(chunks, parts.data(), options, loss, counters, outcome,
                                                               decision.data());
    cuda::check_launch("optimiser, decision");
    if (chunks == 0) return;
    step_kernel<<<blocks, cuda::sum_threads, 0, cuda::stream()>>>(chunk_length, chunk, entry, options, decision.data());
    cuda::check_launch("optimiser, step");
}

template void adamw_step(Cuda, Index, Index, const StepChunk*, const StepEntry<float>*, const StepOptions&,
                         const float*, double*, double*);
template void adamw_step(Cuda, Index, Index, const StepChunk*, const StepEntry<double>*, const StepOptions&,
                         const double*, double*, double*);

} // namespace gwsd::kernels
