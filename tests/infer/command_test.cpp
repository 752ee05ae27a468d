#include <nlohmann/json.hpp>

#include "infer/small_model.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using test::run_gwsd;
using test::Scratch;

namespace {

std::vector<std::string> command(const Scratch& folder, const std::string& output, std::vector<std::string> more = {})
{
    std::vector<std::string> arguments{"downscale", "--model",       folder / "m.gwsd", "--cube", folder / "cube.nc",
                                       "--output",  folder / output, "--tile",          "8"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

void make_inputs(const Scratch& folder)
{
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    auto model = test::small_model();
    train::save_model(folder / "m.gwsd", model, false);
    test::save_cube(*test::small_cube(), folder / "cube.nc");
}

} // namespace

TEST_CASE("gwsd downscale prints an estimate, a summary and, on request, JSON")
{
    const Scratch folder;
    make_inputs(folder);
    const auto result = run_gwsd(command(folder, "fine.nc", {"--json", "--flags", "--period", "2003-02:2003-08"}));
    INFO(result.err);
    REQUIRE(result.code == 0);
    CHECK(result.err.find("of memory") != std::string::npos);
    CHECK(result.err.find("seam index") != std::string::npos);
    const auto json = nlohmann::json::parse(result.out);
    CHECK(json["months"] == 6);
    CHECK(json["projection"] == "footprint");
    CHECK(json["flags"] == folder / "fine_flags.nc");
    CHECK(json["mass_residual_max"] < json["mass_residual_cell_max"]);
    CHECK(run_gwsd(command(folder, "quiet.nc", {"-q"})).err.empty());
}

TEST_CASE("Shards of the command merge into the bytes of one run, options of a configuration file included")
{
    const Scratch folder;
    make_inputs(folder);
    test::write_bytes(folder / "c.toml", "[downscale]\nprojection = \"cell\"\nunits = \"cm\"\n");
    const std::vector<std::string> config{"--config", folder / "c.toml"};
    REQUIRE(run_gwsd(command(folder, "whole.nc", config)).code == 0);
    for (const char* part : {"1/2", "2/2"}) {
        auto more = config;
        more.insert(more.end(), {"--shard", part});
        REQUIRE(run_gwsd(command(folder, std::string("p") + part[0] + ".nc", more)).code == 0);
    }
    const auto merged =
        run_gwsd({"merge", folder / "p1.nc", folder / "p2.nc", "--output", folder / "merged.nc", "--json"});
    REQUIRE(merged.code == 0);
    CHECK(merged.out.find("\"output\": \"" + (folder / "merged.nc") + "\"") != std::string::npos);
    CHECK(test::read_bytes(folder / "merged.nc") == test::read_bytes(folder / "whole.nc"));
    // The command line wins over the file.
    const auto more =
        run_gwsd(command(folder, "none.nc", {"--config", folder / "c.toml", "--projection", "none", "--json"}));
    CHECK(nlohmann::json::parse(more.out)["projection"] == "none");
}

TEST_CASE("gwsd downscale refuses with the exit code that scripts rely on")
{
    const Scratch folder;
    make_inputs(folder);
    const auto code = [&](const std::vector<std::string>& more, const std::string& output = "x.nc") {
        const auto result = run_gwsd(command(folder, output, more));
        INFO(result.err);
        CHECK(result.err.find("gwsd: ") != std::string::npos);
        return result.code;
    };
    for (const char* shard : {"0/3", "4/3", "2", "a/b", "1/0", "1/2x", "1/12"}) CHECK(code({"--shard", shard}) == 64);
    CHECK(code({"--period", "never"}) == 78);
    CHECK(code({"--projection", "cells"}) == 78);
    CHECK(code({"--cf", "1.9"}) == 78);
    CHECK(code({"--units", "parsec2"}) == 78);
    CHECK(code({"--overlap", "2"}) == 78);
    CHECK(code({"--set", "downscale.overlap=2"}) == 78);
    CHECK(code({"--period", "1990-01:1990-12"}) == 65);
    CHECK(code({"--overwrite"}, "cube.nc") == 73);
    CHECK(code({}, "none/x.nc") == 73);
    CHECK(run_gwsd({"downscale", "--model", folder / "none", "--cube", folder / "cube.nc", "--output", folder / "x.nc"})
              .code == 66);
    CHECK(run_gwsd(
              {"downscale", "--model", folder / "cube.nc", "--cube", folder / "cube.nc", "--output", folder / "x.nc"})
              .code == 65);
    CHECK(
        run_gwsd({"downscale", "--model", folder / "m.gwsd", "--cube", folder / "m.gwsd", "--output", folder / "x.nc"})
            .code == 65);
    CHECK(run_gwsd({"downscale", "--model", folder / "m.gwsd"}).code == 64);
    CHECK(folder.names() == std::vector<std::string>{"cube.nc", "m.gwsd"});
}
