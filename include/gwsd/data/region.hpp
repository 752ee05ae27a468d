#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

/// "W,S,E,N" in degrees, such as "-10,35,5,45"; east may exceed 180 across the date line, and an east below west is
/// taken as beyond it. Empty text is the globe. Throws ConfigError naming `what`.
geo::Region parse_region(const std::string& text, const std::string& what = "region");

/// "W,S,E,N;W,S,E,N", as models and outputs state the regions that were held out; empty text and "none" are none.
/// Throws DataError naming `what`.
std::vector<geo::Region> parse_regions(const std::string& text, const std::string& what);

} // namespace gwsd::data
