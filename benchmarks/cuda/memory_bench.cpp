// Memory of the device: filled, copied, added, and moved between device and host. GB/s, and percent of the memory's
// peak (of transfers GB/s alone, since a bus bounds them).

#include "gpu_support.hpp"

namespace gwsd::bench {
namespace {

void fill_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto to = Tensor<float, Cuda>::zeros({n});
    fill(Cuda{}, n, 2.5F, to.data());
    if (!agrees(state, "fill", to, Tensor<float>::full({n}, 2.5F), 0)) return;
    measure(state, {.bytes = bytes_of(to)}, [&] { fill(Cuda{}, n, 2.5F, to.data()); });
}

void copy_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto from = random_field({n}, 1);
    const auto there = on_device(from), to = Tensor<float, Cuda>::empty({n});
    copy(Cuda{}, n, there.data(), to.data());
    if (!agrees(state, "copy", to, from, 0)) return;
    measure(state, {.bytes = bytes_of(there, to)}, [&] { copy(Cuda{}, n, there.data(), to.data()); });
}

void accumulate_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto from = random_field({n}, 1), sum = random_field({n}, 2);
    const auto from_there = on_device(from), sum_there = on_device(sum);
    accumulate(Cuda{}, n, from_there.data(), sum_there.data());
    accumulate(Cpu{}, n, from.data(), sum.data());
    if (!agrees(state, "accumulate", sum_there, sum, 0)) return;
    measure(state, {.bytes = bytes_of(from, sum, sum)},
            [&] { accumulate(Cuda{}, n, from_there.data(), sum_there.data()); });
}

void exchange_values(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto a = random_field({n}, 1), b = random_field({n}, 2);
    const auto a_there = on_device(a), b_there = on_device(b);
    exchange(Cuda{}, n, a_there.data(), b_there.data());
    if (!agrees(state, "exchange", a_there, b, 0) || !agrees(state, "exchange", b_there, a, 0)) return;
    measure(state, {.bytes = bytes_of(a, a, b, b)}, [&] { exchange(Cuda{}, n, a_there.data(), b_there.data()); });
}

/// To the device and back, from memory that is not pinned, as batches are sent.
template <bool to_device>
void transfer(benchmark::State& state)
{
    const Index n = state.range(0);
    const auto here = random_field({n}, 1);
    const auto there = on_device(here), back = Tensor<float, Cuda>::empty({n});
    const auto body = [&] {
        if constexpr (to_device)
            copy_from_host(Cuda{}, n, here.data(), back.data());
        else
            copy_to_host(Cuda{}, n, there.data(), here.data());
    };
    body();
    if (!agrees(state, "transfer", there, here, 0)) return;
    measure(state, {}, body);
    if (!device().standin)
        state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations()) * n * std::int64_t{sizeof(float)});
}

} // namespace

void register_cases()
{
    const Index large = device().standin ? 1000 : Index{1} << 26;
    for (const auto& [name, body] : {std::pair{"fill", &fill_values},
                                     {"copy", &copy_values},
                                     {"accumulate", &accumulate_values},
                                     {"exchange", &exchange_values},
                                     {"to_device", &transfer<true>},
                                     {"to_host", &transfer<false>}})
        timed(benchmark::RegisterBenchmark(name, body))->ArgName("values")->Arg(large);
}

} // namespace gwsd::bench
