// main of every benchmark of CUDA kernels. It says what the device can do at most. Where the runtime is a stand-in that
// executes kernels on the CPU, every case runs once, for its result, and no time is printed.

#include <cstdio>
#include <cstring>

#include "gpu_support.hpp"
#include "gwsd/core/error.hpp"

namespace {

using namespace gwsd;

/// Why a case ended early, empty if it did not: Google Benchmark has renamed this.
template <class R>
std::string problem(const R& run)
{
    if constexpr (requires { run.error_occurred; })
        return run.error_occurred ? run.error_message : "";
    else
        return run.skipped ? run.skip_message : "";
}

class WithoutTimes : public benchmark::BenchmarkReporter {
public:
    bool ReportContext(const Context&) override { return true; }
    void ReportRuns(const std::vector<Run>& runs) override
    {
        for (const Run& run : runs) {
            if (run.run_type != Run::RT_Iteration) continue;
            const std::string why = problem(run);
            std::printf("%s: %s\n", run.benchmark_name().c_str(),
                        why.empty() ? "executed on the CPU for correctness; no times" : why.c_str());
        }
    }
};

void describe(const bench::DeviceFacts& d)
{
    std::printf("device: %s, compute capability %d.%d\n", d.name.c_str(), d.major, d.minor);
    if (d.standin) return;
    std::printf("f32 peak    %.0f GFLOP/s = %d SMs x lanes x 2 x %.0f MHz\n", d.f32_peak / 1e9, d.multiprocessors,
                d.clock_hz / 1e6);
    if (d.bf16_peak > 0) std::printf("bf16 peak   %.0f GFLOP/s, dense, f32 sums\n", d.bf16_peak / 1e9);
    std::printf("memory peak %.0f GB/s = 2 x %.0f MHz x %.0f bit / 8\n", d.memory_peak / 1e9, d.memory_clock_hz / 1e6,
                d.bus_bits);
}

int run(int argc, char** argv)
{
    const bool standin = bench::device().standin;
    describe(bench::device());
    for (int i = 1; i < argc; ++i)
        if (standin && std::strncmp(argv[i], "--benchmark_out", 15) == 0) {
            std::fputs("--benchmark_out: kernels are executed on the CPU here; there are no times to write\n", stderr);
            return static_cast<int>(ExitCode::unavailable);
        }
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv)) return static_cast<int>(ExitCode::usage);
    WithoutTimes without_times;
    if (standin)
        benchmark::RunSpecifiedBenchmarks(&without_times);
    else
        benchmark::RunSpecifiedBenchmarks();
    for (const auto& name : bench::failures()) std::fprintf(stderr, "%s: the result is not the CPU's\n", name.c_str());
    return bench::failures().empty() ? 0 : 1;
}

} // namespace

int main(int argc, char** argv)
{
    try {
        bench::register_cases();
        return run(argc, argv);
    } catch (const gwsd::Error& error) {
        std::fprintf(stderr, "error: %s\n", error.what());
        return static_cast<int>(error.exit_code());
    }
}
