#pragma once

#include <memory>

#include "gwsd/data/cell_regression.hpp"

namespace gwsd::data {

/// Traits of each cell of the cube's fine grid: each static field less its mean over the coarse cells around it, so
/// that a valley is low wherever it lies. Parts of the land are squares of a sixth of the grid's height, 4 to 30
/// degrees wide, those of one number apart. The first feature sees places where 40 million km2 of land learn (`learns`
/// as CellRegression has it) from 60 steps or more.
std::shared_ptr<const PlaceTraits> place_traits(const io::FieldSource& cube, const std::vector<std::int8_t>& learns,
                                                Index steps);

} // namespace gwsd::data
