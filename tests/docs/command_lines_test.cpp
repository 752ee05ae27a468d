#include <map>

#include "docs/blocks.hpp"
#include "docs/pages.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd::test;

namespace {

/// What is wrong with a command line of a page: a command, an option or a key that the program does not have.
std::vector<std::string> problems_of(const std::vector<std::string>& words)
{
    static std::map<std::string, std::string> helps;
    static const std::string keys = "\n" + run_gwsd({"config"}).out;
    std::vector<std::string> problems;
    const std::string& command = words[1];
    if (command[0] == '-' || command == "COMMAND") return problems;
    if (!helps.contains(command)) {
        const auto help = run_gwsd({command, "--help"});
        helps[command] = help.out.rfind(command + ": ", 0) == 0 ? help.out : ""; // else the list of commands
    }
    if (helps[command].empty()) return {"no command " + command};
    for (std::size_t i = 2; i < words.size(); ++i) {
        if (words[i].rfind("--", 0) != 0) continue;
        const std::string option = words[i].substr(0, words[i].find('='));
        if (!std::regex_search(helps[command], std::regex("(^|[ ,\n])" + option + "([ ,=\n]|$)")))
            problems.push_back("gwsd " + command + " has no option " + option);
        if (option != "--set" || i + 1 == words.size()) continue;
        std::string key = words[i + 1].substr(0, words[i + 1].find('='));
        std::erase(key, '\'');
        if (key != "key" && keys.find("\n" + key + " = ") == std::string::npos)
            problems.push_back("the configuration has no key " + key);
    }
    return problems;
}

} // namespace

TEST_CASE("every command line on a page names a command, options and keys that the program has")
{
    int lines = 0;
    for (const Page& page : all_pages(GWSD_SOURCE_DIR))
        for (const Block& block : blocks_of(page.text)) {
            if (!block.info.empty() && block.info.rfind("sh", 0) != 0) continue;
            for (const auto& words : gwsd_lines(block.text)) {
                ++lines;
                for (const std::string& problem : problems_of(words)) FAIL_CHECK(page.path.string() << ": " << problem);
            }
        }
    CHECK(lines > 5);
}

TEST_CASE("a command line that the program would refuse is found")
{
    const auto count = [](const std::string& line) {
        std::size_t problems = 0;
        for (const auto& words : gwsd_lines(line)) problems += problems_of(words).size();
        return problems;
    };
    CHECK(count("gwsd merge a.nc b.nc \\\n  --output c.nc --set train.epochs=3 # --comment\n") == 0);
    CHECK(count("gwsd COMMAND --help\n$ ls --all\n") == 0);
    CHECK(count("gwsd mrge a.nc\n") == 1);
    CHECK(count("gwsd merge a.nc --outptu c.nc\n") == 1);
    CHECK(count("gwsd merge a.nc --set train.epoch=3\n") == 1);
}
