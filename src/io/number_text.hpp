#pragma once

#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>

namespace gwsd::io {

/// The shortest text that reads back as the same number, whatever the locale; "NaN" where it is none.
inline std::string number_text(double value)
{
    if (std::isnan(value)) return "NaN";
    std::array<char, 40> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
    return {text.data(), end};
}

/// A few digits for a reader's eye.
inline std::string short_number(double value, int digits = 6)
{
    if (std::isnan(value)) return "NaN";
    std::array<char, 40> text{};
    const auto end =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits).ptr;
    return {text.data(), end};
}

/// The number that the whole text is, blanks around it apart.
inline std::optional<double> parse_number(std::string_view text)
{
    while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
    while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) return std::nullopt;
    return value;
}

} // namespace gwsd::io
