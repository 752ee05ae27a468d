#pragma once

#include <cstdint>

/// Names of the random fields of the built-in world; a new field takes a new number, so that old ones keep their bits.
namespace gwsd::data::world::field {

inline constexpr std::uint32_t hills = 1, rivers = 2, wetness = 3, texture = 4, rock = 5, depth = 6, aquifer = 7,
                               memory = 8, wells = 9, weather = 10, drought = 11, warmth = 12, pressure = 13, soil = 14,
                               observation = 15, uncertainty = 16, unseen = 17;

} // namespace gwsd::data::world::field
