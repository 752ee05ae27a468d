#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::infer {

inline double mean_step(const std::vector<double>& edges)
{
    return (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1);
}

/// Index of a grid's first row among the rows of the same height counted from the south pole.
inline Index first_row_on_globe(const std::vector<double>& lat_edges)
{
    return std::max<Index>(0, std::llround((lat_edges.front() + 90) / mean_step(lat_edges)));
}

/// Index of a grid's first column among the columns of the same width counted from the date line eastward.
inline Index first_col_on_globe(const std::vector<double>& lon_edges)
{
    const double step = mean_step(lon_edges);
    const Index around = std::max<Index>(1, std::llround(360 / step));
    const Index index = std::llround((lon_edges.front() + 180) / step) % around;
    return index < 0 ? index + around : index;
}

} // namespace gwsd::infer
