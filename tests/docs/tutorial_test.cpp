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

TEST_CASE("a page whose commands fail is found")
{
    const TemporaryFolder folder;
    CHECK(run_page("```sh run\ngwsd --version\n```\n", folder.path()).code == 0);
    CHECK(
        run_page("```toml a.toml\ntrain.epochs = 3\n```\n```sh run\ngwsd config --config a.toml\n```\n", folder.path())
            .out.find("train.epochs = 3\n") != std::string::npos);
    CHECK(run_page("```sh run\ngwsd config nothing\ntrue\n```\n", folder.path()).code == 78);
}
