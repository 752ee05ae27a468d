#pragma once

#include <array>
#include <charconv>
#include <string>

namespace gwsd::infer {

/// The shortest text that reads back as the same number, whatever the locale.
inline std::string number_text(double value)
{
    std::array<char, 32> text{};
    const auto [end, error] = std::to_chars(text.data(), text.data() + text.size(), value);
    return error == std::errc{} ? std::string(text.data(), end) : std::string("nan");
}

/// With so many significant digits.
inline std::string number_text(double value, int digits)
{
    std::array<char, 32> text{};
    const auto [end, error] =
        std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::general, digits);
    return error == std::errc{} ? std::string(text.data(), end) : std::string("nan");
}

/// "1 month", "3 months"
inline std::string counted(long long count, const std::string& thing)
{
    return std::to_string(count) + " " + thing + (count == 1 ? "" : "s");
}

/// "1.3 GB"
inline std::string bytes_text(double bytes)
{
    const char* unit = "B";
    for (const char* next : {"kB", "MB", "GB", "TB"}) {
        if (bytes < 1000) break;
        bytes /= 1000;
        unit = next;
    }
    return number_text(bytes, bytes < 100 ? 2 : 3) + " " + unit;
}

} // namespace gwsd::infer
