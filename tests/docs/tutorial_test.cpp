#include <nlohmann/json.hpp>

#include "docs/blocks.hpp"
#include "docs/pages.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;
namespace fs = std::filesystem;

namespace {

/// Runs the blocks of a page that are marked `sh run`, in order, in one folder, with the files of its blocks `toml
/// NAME` in place. The shell stops at the first command that fails.
CommandResult run_page(const std::string& page, const fs::path& folder)
{
    std::string script = "set -euo pipefail\nPATH=" + fs::path(GWSD_BINARY).parent_path().string() + ":$PATH\n";
    int runnable = 0;
    for (const Block& block : blocks_of(page)) {
        const auto words = words_of(block.info);
        if (words.size() == 2 && words[0] == "toml") std::ofstream(folder / words[1]) << block.text;
        if (words.size() == 2 && words[0] == "sh" && words[1] == "run") script += block.text, ++runnable;
    }
    REQUIRE(runnable > 0);
    return run_command({"bash", "-c", script}, {.folder = folder.string(), .environment = {}});
}

} // namespace

TEST_CASE("the first downscaling runs as it is printed", "[slow]")
{
    const TemporaryFolder folder;
    const auto result =
        run_page(read_text(std::string(GWSD_SOURCE_DIR) + "/docs/tutorials/first_downscaling.md"), folder.path());
    INFO(result.out << result.err);
    REQUIRE(result.code == 0);
    for (const char* name : {"cube.nc", "run/best.gwsd", "fine.nc", "munich.csv", "august.tif", "scores/report.html",
                             "scores/scores.json", "scores_cell/scores.json"})
        CHECK(fs::exists(folder.path() / name));
    // What the page says of its figures.
    CHECK(result.out.find("4 absent: 2011-01 2011-06 2012-05 2012-10") != std::string::npos);
    const auto scores = nlohmann::json::parse(read_text(folder.path() / "scores" / "scores.json"));
    const auto& years = scores["unseen_years"];
    CHECK(years["gwsd"]["mae"].get<double>() < 0.9 * years["bilinear"]["mae"].get<double>());
    CHECK(years["gwsd"]["subgrid_r2"] > 0.05);
    CHECK(years["nearest"]["subgrid_r2"] == 0);
    const auto cell = nlohmann::json::parse(read_text(folder.path() / "scores_cell" / "scores.json"));
    CHECK(cell["consistency"]["cell"]["mass_residual_cell_max"] < 1e-3);
    CHECK(cell["unseen_years"]["cell"]["mae"] > years["gwsd"]["mae"]);
}

TEST_CASE("every configuration that a page shows is one that the program takes")
{
    int shown = 0;
    for (const Page& page : all_pages(GWSD_SOURCE_DIR))
        for (const Block& block : blocks_of(page.text)) {
            if (block.info.rfind("toml", 0) != 0) continue;
            ++shown;
            const TemporaryFolder folder;
            std::ofstream(folder / "shown.toml") << block.text;
            const auto result = run_gwsd({"config", "--config", folder / "shown.toml"});
            INFO(page.path.string() << ": " << result.err);
            CHECK(result.code == 0);
        }
    CHECK(shown >= 2);
}

TEST_CASE("a page whose commands fail is found")
{
    const TemporaryFolder folder;
    CHECK(run_page("```sh run\ngwsd --version\n```\n", folder.path()).code == 0);
    CHECK(
        run_page("```toml a.toml\ntrain.epochs = 3\n```\n```sh run\ngwsd config --config a.toml\n```\n", folder.path())
            .out.find("train.epochs = 3\n") != std::string::npos);
    CHECK(run_page("```sh run\ngwsd config nothing\ntrue\n```\n", folder.path()).code == 78);
}
