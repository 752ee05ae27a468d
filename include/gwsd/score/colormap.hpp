#pragma once

#include "gwsd/score/image.hpp"

namespace gwsd::score {

/// Colour maps: `diverging` red - white - blue for anomalies (red is dry, blue is wet), `sequential` pale to dark for
/// errors and standard errors, `wetness` yellow to blue for storage that has no negative values, `difference` purple -
/// white - green, so that they are not taken for anomalies.
enum class Palette { diverging, sequential, wetness, difference };

/// Colour of a position 0..1 in a palette; positions outside are clipped.
Color color_of(Palette palette, double position);

} // namespace gwsd::score
