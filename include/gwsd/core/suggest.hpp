#pragma once

#include <algorithm>
#include <numeric>
#include <span>
#include <string>
#include <utility>
#include <vector>

namespace gwsd {

/// Least number of letters to insert, delete or replace that turns `a` into `b` (Levenshtein 1966).
inline std::size_t edit_distance(const std::string& a, const std::string& b)
{
    std::vector<std::size_t> row(b.size() + 1);
    std::iota(row.begin(), row.end(), std::size_t{0});
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = std::exchange(row[0], i);
        for (std::size_t j = 1; j <= b.size(); ++j) {
            const std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            diagonal = row[j];
            row[j] = std::min({row[j] + 1, row[j - 1] + 1, replaced});
        }
    }
    return row.back();
}

/// "; did you mean 'bilinear'?" for the known word closest to `word` in letters or as its beginning, or "" if none is
/// close.
inline std::string did_you_mean(const std::string& word, std::span<const std::string> known)
{
    const std::string* best = nullptr;
    std::size_t least = std::max<std::size_t>(2, word.size() / 3) + 1;
    for (const std::string& candidate : known) {
        const bool begins = word.size() >= 2 && candidate.rfind(word, 0) == 0;
        const std::size_t distance = begins ? 1 : edit_distance(word, candidate);
        if (distance < least) least = distance, best = &candidate;
    }
    return best ? "; did you mean '" + *best + "'?" : "";
}

} // namespace gwsd
