#pragma once

#include <algorithm>
#include <cctype>
#include <string>
#include <vector>

namespace gwsd::io {

inline std::string lower(std::string text)
{
    std::transform(text.begin(), text.end(), text.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    return text;
}

inline std::string trimmed(const std::string& text)
{
    const auto first = text.find_first_not_of(" \t\r\n"), last = text.find_last_not_of(" \t\r\n");
    return first == std::string::npos ? std::string() : text.substr(first, last - first + 1);
}

/// Texts of fixed length in files end at the first null.
inline std::string until_null(std::string text)
{
    text.erase(std::min(text.size(), text.find('\0')));
    return text;
}

inline bool contains(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

/// True if `word` stands in a list separated by blanks, as in the attribute `coordinates`.
inline bool lists_word(const std::string& list, const std::string& word)
{
    for (auto at = list.find(word); at != std::string::npos; at = list.find(word, at + 1)) {
        const auto end = at + word.size();
        if ((at == 0 || list[at - 1] == ' ') && (end == list.size() || list[end] == ' ')) return true;
    }
    return false;
}

/// Puts `separator` between what is added.
inline void append(std::string& list, const std::string& item, const std::string& separator = ", ")
{
    if (!list.empty()) list += separator;
    list += item;
}

inline std::string join(const std::vector<std::string>& items, const std::string& separator = ", ")
{
    std::string list;
    for (const std::string& item : items) append(list, item, separator);
    return list;
}

} // namespace gwsd::io
