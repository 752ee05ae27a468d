#pragma once

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <string>

namespace gwsd::score {

/// A number with so many decimals, independent of the locale; `absent` for NaN.
inline std::string fixed_text(double value, int decimals, const std::string& absent = "-")
{
    if (std::isnan(value)) return absent;
    if (std::abs(value) < 0.5 * std::pow(10.0, -decimals)) value = 0.0; // no "-0.00"
    std::array<char, 400> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals);
    return {text.data(), end.ptr};
}

/// The shortest text that reads back as the same number; empty for NaN.
inline std::string exact_text(double value)
{
    if (std::isnan(value)) return {};
    std::array<char, 64> text{};
    const auto end = std::to_chars(text.data(), text.data() + text.size(), value);
    return {text.data(), end.ptr};
}

/// Decimals that show three digits of values of about this size.
inline int decimals_for(double size)
{
    if (!(size > 0) || !std::isfinite(size)) return 2;
    return std::clamp(2 - static_cast<int>(std::floor(std::log10(size))), 0, 8);
}

inline std::string percent_text(double share, int decimals = 1)
{
    return fixed_text(100 * share, decimals) + (std::isnan(share) ? "" : " %");
}

inline std::string padded(const std::string& text, std::size_t width)
{
    return text.size() >= width ? text : std::string(width - text.size(), ' ') + text;
}

/// Text for HTML and SVG.
inline std::string escaped(const std::string& text)
{
    std::string result;
    for (const char c : text) {
        if (c == '&')
            result += "&amp;";
        else if (c == '<')
            result += "&lt;";
        else if (c == '>')
            result += "&gt;";
        else if (c == '"')
            result += "&quot;";
        else
            result += c;
    }
    return result;
}

/// A field of a CSV file after RFC 4180.
inline std::string csv_text(const std::string& text)
{
    if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
    std::string result = "\"";
    for (const char c : text) result += c == '"' ? std::string("\"\"") : std::string(1, c);
    return result + "\"";
}

} // namespace gwsd::score
