#pragma once

#include <span>

#include "gwsd/data/batch.hpp"
#include "gwsd/data/target.hpp"

namespace gwsd::data {

/// Turns the samples whose tile asks for it into mirror images, inputs and targets alike: a pattern of terrain and
/// storage is as likely the other way round, and a short record shows each pattern few times. Regions of the mass
/// balance stay where they lie in the tile. `tiles` are those that the batch was made of; throws ShapeError if there
/// are not as many of them as samples.
void mirror(Batch& inputs, TargetBatch& targets, std::span<const Tile> tiles);

} // namespace gwsd::data
