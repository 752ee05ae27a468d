#pragma once

#include <sstream>
#include <string>
#include <vector>

namespace gwsd::test {

/// A fenced block of a page: what stands after the fence ("sh run"), and its lines.
struct Block {
    std::string info, text;
};

inline std::vector<Block> blocks_of(const std::string& page)
{
    std::vector<Block> blocks;
    std::istringstream lines(page);
    bool inside = false;
    for (std::string line; std::getline(lines, line);) {
        if (line.rfind("```", 0) == 0) {
            inside = !inside;
            if (inside) blocks.push_back({line.substr(3), ""});
        } else if (inside) {
            blocks.back().text += line + "\n";
        }
    }
    return blocks;
}

inline std::vector<std::string> words_of(const std::string& line)
{
    std::istringstream in(line);
    std::vector<std::string> words;
    for (std::string word; in >> word;) words.push_back(word);
    return words;
}

/// The command lines of gwsd in a block, continued lines joined, comments at their end cut off, each as its words.
inline std::vector<std::vector<std::string>> gwsd_lines(const std::string& text)
{
    std::vector<std::vector<std::string>> found;
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        for (std::string next; !line.empty() && line.back() == '\\' && std::getline(lines, next);)
            line = line.substr(0, line.size() - 1) + next;
        std::vector<std::string> words;
        for (const std::string& word : words_of(line)) {
            if (word[0] == '#' || word == "|" || word == ">") break;
            words.push_back(word);
        }
        if (words.size() >= 2 && (words[0] == "gwsd" || words[0] == "build/gwsd")) found.push_back(words);
    }
    return found;
}

} // namespace gwsd::test
