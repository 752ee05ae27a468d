#pragma once

#include <string>

#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

/// "W,S,E,N" in degrees, such as "-10,35,5,45"; east may exceed 180 across the date line, and an east below west is
/// taken as beyond it. Empty text is the globe. Throws ConfigError naming `what`.
geo::Region parse_region(const std::string& text, const std::string& what = "region");

} // namespace gwsd::data
