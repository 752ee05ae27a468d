#pragma once

#include <functional>

#include "gwsd/score/map.hpp"

namespace gwsd::score {

/// Calls segment(lon0, lat0, lon1, lat1) for each piece of the contour at 0.5 of the land fraction, by marching squares
/// on the cell centres; missing values count as sea.
void for_each_coast_segment(const Coast& coast, const std::function<void(double, double, double, double)>& segment);

} // namespace gwsd::score
