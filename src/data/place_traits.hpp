#pragma once

#include <memory>

#include "gwsd/data/cell_regression.hpp"

namespace gwsd::data {

/// Traits of each cell of the cube's fine grid: each static field less its mean over the coarse cells around it, so
/// that a valley is low wherever it lies. Parts of the land are squares of 4 degrees, those of one number apart.
std::shared_ptr<const PlaceTraits> place_traits(const io::FieldSource& cube);

} // namespace gwsd::data
