#include <cstdio>
#include <filesystem>

#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;
using Catch::Matchers::Contains;
namespace fs = std::filesystem;

// scripts/bench-peers and what it runs, up to the point where it would build and measure.

namespace {

const std::string root = GWSD_SOURCE_DIR;
const std::string script = root + "/scripts/bench-peers";

} // namespace

TEST_CASE("bench-peers --help names its options, and an argument that it does not know ends it before any set-up")
{
    const auto help = run_command({script, "--help"});
    CHECK(help.code == 0);
    for (const char* option : {"--json FILE", "--runs N", "--quick", "--yes", "--no-install"})
        CHECK_THAT(help.out, Contains(option));
    for (const std::vector<std::string>& wrong :
         {std::vector<std::string>{"--fast"}, {"--json"}, {"--runs", "0"}, {"--runs=two"}}) {
        std::vector<std::string> command{script};
        command.insert(command.end(), wrong.begin(), wrong.end());
        const auto result = run_command(command);
        INFO(wrong[0] << ": " << result.err);
        CHECK(result.code == 64);
        CHECK_THAT(result.err, Contains("bench-peers: ") && !Contains("building"));
    }
}

TEST_CASE("scripts pass bash -n, shellcheck where it is installed, and Python's parser")
{
    int scripts = 0;
    const bool has_shellcheck = has_program("shellcheck");
    for (const auto& entry : fs::directory_iterator(root + "/scripts")) {
        if (entry.path().filename() == "packages") continue;
        ++scripts;
        INFO(entry.path());
        CHECK(run_command({"bash", "-n", entry.path().string()}).code == 0);
        if (!has_shellcheck) continue;
        const auto result = run_command({"shellcheck", "-x", "-P", root + "/scripts", entry.path().string()});
        INFO(result.out);
        CHECK(result.code == 0);
    }
    CHECK(scripts >= 5);
    if (!has_program("python3")) return;
    for (const auto& entry : fs::directory_iterator(root + "/benchmarks/peers")) {
        if (entry.path().extension() != ".py") continue;
        const auto result = run_command(
            {"python3", "-c", "import ast, sys; ast.parse(open(sys.argv[1]).read())", entry.path().string()});
        INFO(entry.path() << ": " << result.err);
        CHECK(result.code == 0);
    }
}

TEST_CASE("the network that gwsd is timed against computes what the reference of the tests computes")
{
    std::string python;
    for (const std::string candidate : {"python3", "/usr/bin/python3"})
        if (python.empty() && run_command({candidate, "-c", "import torch"}).code == 0) python = candidate;
    if (python.empty()) {
        WARN("SKIPPED: no Python here has torch");
        std::puts("SKIPPED: no torch");
        return;
    }
    const auto result = run_command({python, root + "/benchmarks/peers/check_network.py"},
                                    {.folder = "", .environment = {{"PYTHONDONTWRITEBYTECODE", "1"}}});
    INFO(result.out << result.err);
    CHECK(result.code == 0);
    CHECK_THAT(result.out, Contains("differ"));
}
