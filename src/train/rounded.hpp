#pragma once

#include <array>
#include <cstdio>
#include <string>

namespace gwsd::train {

/// A figure as progress shows it: four digits.
inline std::string rounded(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.4g", value);
    return text.data();
}

} // namespace gwsd::train
