#pragma once

#include <span>
#include <vector>

#include "gwsd/data/batch.hpp"

namespace gwsd::infer {

/// The satellite's footprint in kilometres: beyond it a coarse value tells nothing.
constexpr double satellite_reach_km = 250;

/// By coarse cell: 1 if it has a value in `field` or lies within `kilometres` of one that has, between centres.
std::vector<char> within_reach(const geo::Grid& coarse, std::span<const float> field, double kilometres);

/// within_reach() of the coarse field of step t. Interpolation fills land without a coarse value from the nearest one,
/// which serves coasts and islands, but nobody knows the groundwater of a Greenland that the product leaves out. A step
/// without any field takes that of the nearest step with one, the earlier of two; all cells are within reach if there
/// is no such step.
std::vector<char> satellite_reach(const data::BatchMaker& maker, Index t);

} // namespace gwsd::infer
