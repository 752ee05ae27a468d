#include <filesystem>
#include <fstream>
#include <regex>

#include "support/catch.hpp"

namespace fs = std::filesystem;

namespace {

/// Places where a file of the project would only make sense on the machine it was written on.
const std::regex& machine_paths()
{
    static const std::regex pattern("(^|[^A-Za-z0-9_.~*-])/(home|root|Users|work|scratch)/[A-Za-z0-9_]");
    return pattern;
}

bool is_outside(const fs::path& path)
{
    const std::string name = path.filename().string();
    return name == ".git" || name == ".cache" || name == "out" || name == "gwsd-demo" || name == "__pycache__" ||
           name.rfind("build", 0) == 0;
}

bool is_text(const std::string& content) { return content.find('\0') == std::string::npos; }

} // namespace

TEST_CASE("no file of the project names a folder of one machine")
{
    int files = 0;
    for (fs::recursive_directory_iterator entry(GWSD_SOURCE_DIR), end; entry != end; ++entry) {
        if (is_outside(entry->path())) {
            entry.disable_recursion_pending();
            continue;
        }
        if (!entry->is_regular_file() || entry->file_size() > 2'000'000) continue;
        std::ifstream file(entry->path(), std::ios::binary);
        const std::string content{std::istreambuf_iterator<char>(file), {}};
        if (!is_text(content)) continue;
        ++files;
        std::istringstream lines(content);
        int number = 0;
        for (std::string line; std::getline(lines, line);) {
            ++number;
            if (line.size() > 2000 || !std::regex_search(line, machine_paths())) continue;
            FAIL_CHECK(entry->path().string() << ":" << number << ": " << line);
        }
    }
    CHECK(files > 50);
}

TEST_CASE("folders of one machine are told from others")
{
    const auto found = [](const std::string& line) { return std::regex_search(line, machine_paths()); };
    const std::string slash = "/";
    CHECK(found("open " + slash + "home/ann/era5.nc"));
    CHECK(found(slash + "work/main"));
    CHECK_FALSE(found("docs/root/cause"));
    CHECK_FALSE(found(slash + "usr/share"));
    CHECK_FALSE(found("a pair in net" + slash + "work/x"));
}
