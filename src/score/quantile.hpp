#pragma once

#include <algorithm>
#include <limits>
#include <vector>

namespace gwsd::score {

/// The value below which a share q of the sorted values lies, interpolated linearly; NaN if there is none.
inline double quantile(const std::vector<double>& sorted, double q)
{
    if (sorted.empty()) return std::numeric_limits<double>::quiet_NaN();
    const double position = q * static_cast<double>(sorted.size() - 1);
    const auto low = static_cast<std::size_t>(position), high = std::min(low + 1, sorted.size() - 1);
    return sorted[low] + (position - static_cast<double>(low)) * (sorted[high] - sorted[low]);
}

} // namespace gwsd::score
