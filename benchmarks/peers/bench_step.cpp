// Times gwsd for another program: reads a request a line, answers with a line of JSON.
//
//   forward BATCH RUNS PRECISION | train BATCH RUNS PRECISION | convlstm BATCH RUNS PRECISION
//       one pass of inference, one step of training, or the ConvLSTM over its sequence forward and backward, RUNS
//       times; f32 unless PRECISION says f32_fast or bf16
//   calibrate
//       GFLOP/s of a short burst of multiply-adds on all threads
//
// The network is that of preset `paper` with tiles of 32 coarse cells and six months. A request for what the one before
// asked for goes on with the same network; any other builds anew and runs twice before it times.

#include <sys/resource.h>
#include <cstdio>
#include <iostream>
#include <memory>
#include <sstream>

#include "../network_step.hpp"
#include "../peak.hpp"

namespace {

using namespace gwsd;

struct Request {
    std::string mode;
    Index batch = 1;
    int runs = 1;
    kernels::Precision precision = kernels::Precision::f32;
};

Request parse(const std::string& line)
{
    std::istringstream words(line);
    Request request;
    words >> request.mode;
    if (request.mode == "calibrate") return request;
    std::string precision = "f32";
    words >> request.batch >> request.runs;
    const bool whole = !words.fail();
    if (words >> precision) request.precision = kernels::precision_of(precision);
    const bool known = request.mode == "forward" || request.mode == "train" || request.mode == "convlstm";
    if (!whole || !known || request.batch < 1 || request.runs < 1)
        throw ConfigError("expects `calibrate`, or forward, train or convlstm with batch and runs, got '" + line + "'");
    return request;
}

/// The network of the last request.
class Server {
public:
    std::string answer(const Request& request)
    {
        if (request.mode == "calibrate") return R"({"gflops": )" + std::to_string(bench::multiply_add_burst()) + "}";
        const std::string wanted =
            request.mode + " " + std::to_string(request.batch) + " " + kernels::to_string(request.precision);
        if (wanted != built_) {
            kernels::set_precision(request.precision);
            step_.reset();
            block_cache().release();
            step_ = std::make_unique<bench::NetworkStep>("paper", tile, request.batch);
            built_ = wanted;
            for (int warm = 0; warm < 2; ++warm) run(request.mode);
        }
        std::vector<double> ms;
        for (int i = 0; i < request.runs; ++i) {
            const auto start = std::chrono::steady_clock::now();
            run(request.mode);
            ms.push_back(1e3 * bench::seconds_since(start) / static_cast<double>(request.batch));
        }
        std::sort(ms.begin(), ms.end());
        const std::size_t half = ms.size() / 2;
        return as_json(request, ms.size() % 2 == 1 ? ms[half] : (ms[half - 1] + ms[half]) / 2, ms.front());
    }

private:
    static constexpr Index tile = 32;

    void run(const std::string& mode)
    {
        if (mode == "forward") step_->forward();
        if (mode == "train") step_->train();
        if (mode == "convlstm") step_->conv_lstm();
    }

    std::string as_json(const Request& request, double median, double minimum) const
    {
        Index parameters = 0;
        for (const auto& [name, variable] : step_->parameters) parameters += variable.value().elements();
        const double forward =
            bench::forward_operations(step_->network, tile, bench::NetworkStep::window, request.mode == "convlstm");
        rusage usage{};
        getrusage(RUSAGE_SELF, &usage);
        std::ostringstream out;
        out << R"({"ms": )" << median << R"(, "min_ms": )" << minimum << R"(, "peak_rss_mb": )"
            << static_cast<double>(usage.ru_maxrss) / 1024 << R"(, "parameters": )" << parameters << R"(, "gflop": )"
            << forward * (request.mode == "forward" ? 1 : 3) / 1e9 << R"(, "threads": )" << thread_pool().threads()
            << "}";
        return out.str();
    }

    std::string built_;
    std::unique_ptr<bench::NetworkStep> step_;
};

} // namespace

int main()
try {
    bench::bind_threads();
    Server server;
    for (std::string line; std::getline(std::cin, line);)
        if (!line.empty()) std::cout << server.answer(parse(line)) << std::endl;
    return 0;
} catch (const std::exception& error) {
    std::fprintf(stderr, "gwsd_bench_step: %s\n", error.what());
    return 1;
}
