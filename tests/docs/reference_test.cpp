#include "docs/pages.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;

TEST_CASE("the reference pages that come from the program are up to date")
{
    const TemporaryFolder folder;
    const std::string root = GWSD_SOURCE_DIR;
    const auto result = run_command({root + "/scripts/make-reference", GWSD_BINARY, folder.path().string()});
    CAPTURE(result.err);
    REQUIRE(result.code == 0);
    for (const char* name : {"commands.md", "configuration.md"}) {
        CAPTURE(name);
        const bool up_to_date = read_text(folder.path() / name) == read_text(root + "/docs/reference/" + name);
        INFO("run scripts/make-reference with the new program, and commit what it writes");
        CHECK(up_to_date);
    }
}

TEST_CASE("the page of commands has a section for every command of the program, with examples")
{
    const std::string page = read_text(std::string(GWSD_SOURCE_DIR) + "/docs/reference/commands.md");
    const std::string help = run_gwsd({"--help"}).out;
    static const std::regex line(R"(\n  ([a-z]+) {2,}\S)");
    const auto begin = help.find("Subcommands:");
    REQUIRE(begin != std::string::npos);
    const std::string list = help.substr(begin, help.find("First steps:") - begin);
    int commands = 0;
    for (std::sregex_iterator match(list.begin(), list.end(), line), none; match != none; ++match, ++commands) {
        const std::string name = (*match)[1], heading = "\n## gwsd " + name + "\n";
        CAPTURE(name);
        const auto section = page.find(heading);
        REQUIRE(section != std::string::npos);
        const std::string text = page.substr(section, page.find("\n## ", section + 1) - section);
        CHECK(text.find("Examples:\n  gwsd " + name) != std::string::npos);
        CHECK(text.find("Common options") == std::string::npos);
    }
    CHECK(commands >= 3);
}
