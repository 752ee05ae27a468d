#include <png.h>
#include <cstdio>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "cli/machine.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/io/versions.hpp"
#include "gwsd/score/baseline_names.hpp"
#include "gwsd/train/predictor.hpp"

namespace gwsd::cli::doctor_command {
namespace {

using Json = nlohmann::ordered_json;

/// Runs a check; a failure is kept with its exit code, so that the report comes whole.
template <class Check>
Json checked(const Check& check, ExitCode& worst)
{
    try {
        check();
        return "ok";
    } catch (const Error& error) {
        if (worst == ExitCode::done) worst = error.exit_code();
        return error.what();
    }
}

/// The devices as the CUDA runtime tells them, or, in a build without it, the names that the driver's files hold.
Json gpus(const Machine& machine)
{
    Json list = Json::array();
    if (!train::built_with_cuda()) {
        for (const std::string& name : machine.gpus) list.push_back(name);
        return list;
    }
    for (const CudaDevice& device : train::cuda_devices()) {
        char text[160];
        std::snprintf(text, sizeof text, "%s (compute capability %d.%d, %.1f GiB)", device.name.c_str(), device.major,
                      device.minor, device.memory_bytes / (1 << 30));
        list.push_back(text);
    }
    return list;
}

/// "ok", or why --device cuda would end with exit code 69.
std::string cuda_verdict()
{
    try {
        train::require_cuda();
        return "ok";
    } catch (const DeviceUnavailable& error) {
        return error.what();
    }
}

Json report(ExitCode& worst)
{
    const Machine machine = this_machine();
    Json libraries = Json::object();
    for (const auto& [name, version] : io::library_versions()) libraries[name] = version;
    libraries["XGBoost"] = score::xgboost_version();
    libraries["libpng"] = png_get_libpng_ver(nullptr);
    const auto units = [] {
        if (const std::string problem = io::unit_database_problem(); !problem.empty())
            throw DeviceUnavailable("UDUNITS: " + problem);
    };
    Json checks = Json::object();
    checks["units"] = checked(units, worst);
    checks["writing"] = checked(check_writing, worst);
    return {{"version", GWSD_VERSION},
            {"build",
             {{"compiler", GWSD_COMPILER},
              {"type", GWSD_BUILD_TYPE},
              {"flags", GWSD_CXX_FLAGS},
              {"sanitizers", GWSD_SANITIZERS},
              {"cuda", train::built_with_cuda()}}},
            {"processor", {{"name", machine.processor}, {"features", machine.features}, {"cores", machine.cores}}},
            {"kernels", machine.kernels},
            {"threads", thread_pool().threads()},
            {"memory", {{"bytes", machine.memory}, {"available_bytes", machine.memory_available}}},
            {"gpus", gpus(machine)},
            {"cuda", cuda_verdict()},
            {"libraries", libraries},
            {"checks", checks}};
}

std::string joined(const Json& list)
{
    std::string text;
    for (const auto& item : list) text += (text.empty() ? "" : " ") + item.get<std::string>();
    return text.empty() ? "none" : text;
}

void line(const char* name, const std::string& text) { std::printf("%-11s %s\n", name, text.c_str()); }

void print(const Json& json)
{
    const auto text = [](const Json& value) { return value.get<std::string>(); };
    const auto gibibytes = [](const Json& bytes) {
        char buffer[32];
        std::snprintf(buffer, sizeof buffer, "%.1f GiB", bytes.get<double>() / (1 << 30));
        return std::string(buffer);
    };
    const Json& build = json["build"];
    const std::string sanitizers = text(build["sanitizers"]);
    line("gwsd", text(json["version"]));
    line("build", text(build["type"]) + ", " + text(build["compiler"]) + ", " + text(build["flags"]) +
                      (sanitizers.empty() ? "" : ", sanitizers " + sanitizers));
    line("processor", text(json["processor"]["name"]));
    line("features", joined(json["processor"]["features"]));
    line("kernels", text(json["kernels"]));
    line("threads", std::to_string(json["threads"].get<int>()) + " of " +
                        std::to_string(json["processor"]["cores"].get<int>()) + " cores");
    line("memory",
         gibibytes(json["memory"]["bytes"]) + ", " + gibibytes(json["memory"]["available_bytes"]) + " available");
    line("gpus", json["gpus"].empty() ? "none" : joined(json["gpus"]));
    line("cuda", text(json["cuda"]));
    for (const auto& [name, version] : json["libraries"].items()) line(name.c_str(), text(version));
    for (const auto& [name, outcome] : json["checks"].items()) line(name.c_str(), text(outcome));
}

std::function<void()> define(CLI::App&)
{
    return [] {
        ExitCode worst = ExitCode::done;
        const Json json = report(worst);
        if (common().json)
            std::printf("%s\n", json.dump(2).c_str());
        else
            print(json);
        if (worst == ExitCode::done) return;
        for (const auto& outcome : json["checks"])
            if (outcome != "ok") throw Error(worst, outcome.get<std::string>());
    };
}

const Register registered{"doctor",
                          "build, processor, threads, memory, GPUs, libraries, and a write test in the current folder",
                          "gwsd doctor\n  gwsd doctor --json", define};

} // namespace
} // namespace gwsd::cli::doctor_command
