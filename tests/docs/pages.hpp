#pragma once

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

namespace gwsd::test {

/// One Markdown page of the project.
struct Page {
    std::filesystem::path path;
    std::string text;
};

inline std::string read_text(const std::filesystem::path& path)
{
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every Markdown page of the source tree, build folders and hidden folders apart.
inline std::vector<Page> all_pages(const std::filesystem::path& root)
{
    namespace fs = std::filesystem;
    std::vector<Page> pages;
    for (fs::recursive_directory_iterator entry(root), end; entry != end; ++entry) {
        const std::string name = entry->path().filename().string();
        if (entry->is_directory() && (name[0] == '.' || name == "out" || name == "gwsd-demo" || name == "shared" ||
                                      name.rfind("build", 0) == 0)) {
            entry.disable_recursion_pending();
            continue;
        }
        if (entry->path().extension() == ".md") pages.push_back({entry->path(), read_text(entry->path())});
    }
    return pages;
}

/// The text without its fenced blocks, in which brackets are code.
inline std::string without_code(const std::string& text)
{
    std::istringstream lines(text);
    std::string result;
    bool code = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0)
            code = !code;
        else if (!code)
            result += line + "\n";
    }
    return result;
}

/// The name that a heading has in a link: small letters, no punctuation, blanks as hyphens.
inline std::string anchor_of(const std::string& heading)
{
    std::string anchor;
    for (const char c : heading) {
        const auto u = static_cast<unsigned char>(c);
        if (std::isalnum(u) || c == '_' || c == '-' || u >= 128)
            anchor += static_cast<char>(std::tolower(u));
        else if (c == ' ')
            anchor += '-';
    }
    return anchor;
}

inline std::vector<std::string> anchors_of(const std::string& text)
{
    std::istringstream lines(without_code(text));
    std::vector<std::string> anchors;
    for (std::string line; std::getline(lines, line);)
        if (const auto start = line.find_first_not_of('#');
            start != 0 && start != std::string::npos && line[start] == ' ')
            anchors.push_back(anchor_of(line.substr(start + 1)));
    return anchors;
}

/// What is wrong with the links of a page: files that do not exist, headings that no page has.
inline std::vector<std::string> broken_links(const Page& page, const std::filesystem::path& root)
{
    static const std::regex link(R"(\]\(([^)\s]+)\))");
    const std::string text = without_code(page.text);
    std::vector<std::string> broken;
    for (std::sregex_iterator match(text.begin(), text.end(), link), none; match != none; ++match) {
        const std::string target = (*match)[1];
        if (target.find("://") != std::string::npos || target.rfind("mailto:", 0) == 0) continue;
        const auto hash = target.find('#');
        const std::string file = target.substr(0, hash);
        const auto path = file.empty() ? page.path : page.path.parent_path() / file;
        const auto inside = std::filesystem::relative(std::filesystem::weakly_canonical(path), root).string();
        if (!std::filesystem::exists(path) || inside.rfind("..", 0) == 0) {
            broken.push_back(target);
            continue;
        }
        if (hash == std::string::npos) continue;
        const auto anchors = anchors_of(read_text(path));
        if (std::find(anchors.begin(), anchors.end(), target.substr(hash + 1)) == anchors.end())
            broken.push_back(target);
    }
    return broken;
}

/// Paths of the project in `code` marks that do not exist.
inline std::vector<std::string> missing_paths(const Page& page, const std::filesystem::path& root)
{
    static const std::regex path(R"(`((?:include|src|tests|scripts|kernels|docs|cmake|examples)/[A-Za-z0-9_./-]*)`)");
    const std::string text = without_code(page.text);
    std::vector<std::string> missing;
    for (std::sregex_iterator match(text.begin(), text.end(), path), none; match != none; ++match)
        if (!std::filesystem::exists(root / (*match)[1].str())) missing.push_back((*match)[1]);
    return missing;
}

} // namespace gwsd::test
