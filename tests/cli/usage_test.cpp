#include <algorithm>
#include <nlohmann/json.hpp>
#include <regex>
#include <set>

#include "support/catch.hpp"
#include "support/run_command.hpp"

using Catch::Matchers::Contains;
using gwsd::test::run_gwsd;

namespace {

/// The commands that `gwsd --help` lists.
std::vector<std::string> listed_commands()
{
    const std::string help = run_gwsd({"--help"}).out;
    std::vector<std::string> names;
    static const std::regex line(R"(\n  ([a-z]+) {2,}\S)");
    const auto begin = help.find("Subcommands:");
    const auto end = help.find("First steps:");
    REQUIRE(begin != std::string::npos);
    REQUIRE(end != std::string::npos);
    const std::string list = help.substr(begin, end - begin);
    for (std::sregex_iterator match(list.begin(), list.end(), line), none; match != none; ++match)
        names.push_back((*match)[1]);
    return names;
}

} // namespace

TEST_CASE("gwsd alone explains itself on standard error and exits 64")
{
    const auto result = run_gwsd({});
    CHECK(result.code == 64);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains("gwsd demo --output gwsd-demo"));
}

TEST_CASE("the version goes to standard output")
{
    const auto result = run_gwsd({"--version"});
    CHECK(result.code == 0);
    CHECK(std::regex_match(result.out, std::regex(R"(gwsd \d+\.\d+\.\d+\n)")));
    CHECK(result.err.empty());
}

TEST_CASE("a command without a configuration says that it has none, and refuses a wrong one all the same")
{
    CHECK_THAT(run_gwsd({"doctor", "--json", "--set", "train.epochs=3"}).err,
               Contains("gwsd doctor has no configuration"));
    CHECK(run_gwsd({"doctor", "--json"}).err.find("configuration") == std::string::npos);
    CHECK(run_gwsd({"config", "--set", "train.epochs=3"}).err.find("no configuration") == std::string::npos);
    CHECK(run_gwsd({"doctor", "--set", "train.epoch=3"}).code == 78);
}

TEST_CASE("an unknown command or option exits 64 and names it")
{
    for (const std::vector<std::string>& line : {std::vector<std::string>{"frobnicate"},
                                                 {"--frobnicate"},
                                                 {"doctor", "--frobnicate"},
                                                 {"doctor", "frobnicate"}}) {
        const auto result = run_gwsd(line);
        CHECK(result.code == 64);
        CHECK(result.out.empty());
        CHECK_THAT(result.err, Contains("frobnicate"));
    }
}

TEST_CASE("a value that is missing or cannot be understood exits 64 and names the option")
{
    const std::vector<std::pair<std::vector<std::string>, std::string>> lines{
        {{"doctor", "--threads"}, "--threads"},         {{"doctor", "--threads", "0"}, "--threads"},
        {{"doctor", "--threads", "-1"}, "--threads"},   {{"doctor", "--threads", "many"}, "--threads"},
        {{"doctor", "--threads", "2.5"}, "--threads"},  {{"doctor", "--seed", "-1"}, "--seed"},
        {{"doctor", "--seed", "one"}, "--seed"},        {{"doctor", "--seed", "18446744073709551616"}, "--seed"},
        {{"doctor", "--device", "abacus"}, "--device"}, {{"doctor", "--precision", "f8"}, "--precision"}};
    for (const auto& [line, option] : lines) {
        const auto result = run_gwsd(line);
        CAPTURE(line);
        CHECK(result.code == 64);
        CHECK(result.out.empty());
        CHECK_THAT(result.err, Contains(option));
    }
}

TEST_CASE("a device that this build has not exits 69 and says what to use")
{
    const auto result = run_gwsd({"doctor", "--device", "cuda"});
    CHECK(result.code == 69);
    CHECK(result.out.empty());
    CHECK_THAT(result.err, Contains("use --device cpu"));
    CHECK(run_gwsd({"doctor", "--device", "cpu"}).code == 0);
    CHECK(run_gwsd({"doctor", "--device", "auto"}).code == 0);
}

TEST_CASE("the help of every command starts with examples that name it")
{
    const auto names = listed_commands();
    REQUIRE(!names.empty());
    for (const std::string& name : names) {
        const auto result = run_gwsd({name, "--help"});
        CAPTURE(name);
        CHECK(result.code == 0);
        CHECK(result.err.empty());
        const auto examples = result.out.find("Examples:");
        CHECK(examples < result.out.find("Usage:"));
        CHECK(result.out.find("gwsd " + name) < result.out.find("Usage:"));
        for (const char* option :
             {"--threads", "--seed", "--device", "--precision", "--config", "--set", "--overwrite", "--json"})
            CHECK_THAT(result.out, Contains(option));
    }
}

TEST_CASE("doctor reports build, machine and libraries as text and as JSON")
{
    const auto text = run_gwsd({"doctor"});
    CHECK(text.code == 0);
    for (const char* word :
         {"gwsd", "build", "features", "threads", "memory", "gpus", "netCDF", "HDF5", "UDUNITS", "writing     ok"})
        CHECK_THAT(text.out, Contains(word));

    const auto json = run_gwsd({"doctor", "--json", "--threads", "3"});
    CHECK(json.code == 0);
    const auto report = nlohmann::json::parse(json.out);
    CHECK(report["threads"] == 3);
    CHECK(report["memory"]["bytes"].get<double>() > 1e8);
    CHECK(report["processor"]["cores"].get<int>() >= 1);
    CHECK(report["libraries"].size() >= 7);
    CHECK(report["checks"]["writing"] == "ok");
}

TEST_CASE("doctor leaves no file behind and exits with the code of what fails")
{
    gwsd::test::TemporaryFolder folder;
    CHECK(run_gwsd({"doctor"}, {.folder = folder.path().string(), .environment = {}}).code == 0);
    CHECK(std::filesystem::is_empty(folder.path()));

    const auto result =
        run_gwsd({"doctor"}, {.folder = {}, .environment = {{"UDUNITS2_XML_PATH", folder / "absent.xml"}}});
    CHECK(result.code == 69);
    CHECK_THAT(result.err, Contains("UDUNITS") && Contains("install libudunits2-data"));
    CHECK_THAT(result.out, Contains("netCDF"));
}
