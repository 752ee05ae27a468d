#pragma once

#include <memory>
#include <string>

#include "score/evaluation_input.hpp"

namespace gwsd::score {

/// A truth from a file of any supported layout, FILE or FILE:VARIABLE, on the fine grid of `cube` in its unit:
/// regridded conservatively where its cells are others, and taken against the cube's baseline where it is storage (a
/// first pass over the months of the baseline). Throws InputMissing, DataError (total water where the cube holds
/// groundwater or the reverse, cells much larger than the fine grid's, another unit, no step in common).
std::unique_ptr<TruthSource> open_truth(const std::string& text, std::shared_ptr<const io::FieldSource> cube);

} // namespace gwsd::score
