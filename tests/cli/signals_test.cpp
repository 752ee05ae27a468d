#include <spawn.h>
#include <chrono>
#include <fstream>
#include <thread>

#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;
namespace fs = std::filesystem;

namespace {

/// A run that trains for some seconds, long enough to be hit.
std::vector<std::string> training(const TemporaryFolder& folder, const std::string& run)
{
    return {GWSD_BINARY,  "train",     "--cube", folder / "cube.nc", "--config", folder / "c.toml", "--output",
            folder / run, "--threads", "2",      "--resume",         "--quiet"};
}

/// Starts a program, sends it `signals` once it is `ripe`, and waits; exit code, or 128 + signal.
template <class Ripe>
int stopped(const std::vector<std::string>& arguments, const Ripe& ripe, const std::vector<int>& signals)
{
    std::vector<char*> argv;
    for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
    argv.push_back(nullptr);
    // A test that was started in the background has SIGINT ignored, and what it starts would too.
    posix_spawnattr_t attributes;
    REQUIRE(posix_spawnattr_init(&attributes) == 0);
    sigset_t defaults;
    sigemptyset(&defaults);
    for (const int signal : {SIGINT, SIGTERM}) sigaddset(&defaults, signal);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
    pid_t child = 0;
    REQUIRE(posix_spawn(&child, argv[0], nullptr, &attributes, argv.data(), environ) == 0);
    posix_spawnattr_destroy(&attributes);
    for (int i = 0; i < 60000 && !ripe(); ++i) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    for (const int signal : signals) {
        kill(child, signal);
        std::this_thread::sleep_for(std::chrono::microseconds(300));
    }
    int status = 0;
    waitpid(child, &status, 0);
    return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

} // namespace

TEST_CASE("a training that is interrupted, terminated or killed goes on to the same bits", "[slow]")
{
    const TemporaryFolder folder;
    REQUIRE(run_gwsd({"world", "--output", folder / "world", "--region", "2,42,10,50", "--period", "2008-01:2009-12"})
                .code == 0);
    REQUIRE(run_gwsd({"prepare", "--gwsa", folder / "world/gwsa.nc", "--reference", folder / "world/truth.nc:gws",
                      "--era5", folder / "world/era5land_data_stream-moda_stepType-avgad.nc",
                      folder / "world/era5land_data_stream-moda_stepType-avgua.nc", "--output", folder / "cube.nc"})
                .code == 0);
    std::ofstream(folder / "c.toml") << R"(
data.train_period = "2008-01:2009-04"
data.validation_period = "2009-07:2009-12"
data.window = 2
data.tile = 8
data.stride = 8
model.preset = "small"
train.epochs = 12
train.patience = 0
train.samples_per_epoch = 16
)";
    const auto whole = run_command(training(folder, "whole"));
    INFO(whole.err);
    REQUIRE(whole.code == 0);
    const std::string best = read_bytes(folder / "whole/best.gwsd");
    REQUIRE(best.size() > 100000);
    const std::vector<std::pair<std::vector<int>, std::vector<int>>> cases{
        {{SIGINT}, {75}},
        {{SIGTERM}, {75}},
        {{SIGUSR1}, {75}},
        {{SIGKILL}, {128 + SIGKILL}},
        // The second signal ends a run at once, unless it has saved by then.
        {{SIGTERM, SIGTERM}, {143, 75}},
        {{SIGINT, SIGINT}, {130, 75}}};
    int number = 0;
    for (const auto& [signals, codes] : cases) {
        const std::string run = "run" + std::to_string(number++);
        const auto first_epoch_over = [file = folder / (run + "/metrics.csv")] {
            return read_bytes(file).find("\n1,") != std::string::npos;
        };
        const int code = stopped(training(folder, run), first_epoch_over, signals);
        INFO("signal " << signals.front() << ", " << signals.size() << " times: exit code " << code);
        CHECK(std::find(codes.begin(), codes.end(), code) != codes.end());
        const auto rest = run_command(training(folder, run));
        INFO(rest.err);
        CHECK(rest.code == 0);
        CHECK((read_bytes(folder / (run + "/best.gwsd")) == best));
    }
}

TEST_CASE("other long work that is interrupted or terminated leaves nothing half done", "[slow]")
{
    for (const int signal : {SIGINT, SIGTERM}) {
        const TemporaryFolder folder;
        const auto temporary = [&] {
            std::error_code none_yet;
            for (const auto& entry : fs::directory_iterator(folder / "world", none_yet))
                if (entry.path().filename().string().find(".tmp.") != std::string::npos) return true;
            return false;
        };
        // Several seconds of work, in files that are written by processes of their own.
        const int code = stopped({GWSD_BINARY, "world", "--output", folder / "world", "--region", "-10,36,22,60",
                                  "--period", "2002-04:2020-12", "--quiet"},
                                 temporary, {signal});
        CHECK(code == 128 + signal);
        CHECK(fs::is_empty(folder / "world"));
    }
}
