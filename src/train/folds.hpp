#pragma once

#include <cstdint>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::train {

/// The regions that each of `folds` networks does not see, so that all usable land is left out once: blocks of 8 x 8
/// degrees of the globe in an order drawn from `seed`, or, where these with their buffer would leave a network less
/// than half of the land, as in a small region, strips of longitude with the same land each. `usable`: fine cells that
/// train. Throws ConfigError if a network would have no land left.
std::vector<std::vector<geo::Region>> fold_regions(const geo::Grid& fine, const std::vector<char>& usable, Index folds,
                                                   double buffer, std::uint64_t seed);

/// The usable cells whose centre lies in one of the regions.
std::vector<char> cells_within(const geo::Grid& fine, const std::vector<char>& usable,
                               const std::vector<geo::Region>& regions);

} // namespace gwsd::train
