#pragma once

#include <optional>
#include <string>

#include "gwsd/io/cube.hpp"
#include "prepare_inputs.hpp"

namespace gwsd::data::prepare_detail {

/// Grids and steps of the cube, and for each input what stands for a step.
struct Plan {
    io::CubeInfo info;
    geo::Grid wide;                   ///< fine grid around the cube's own that the observation operator looks at
    Index wide_row = 0, wide_col = 0; ///< where the cube's fine grid begins in it
};

/// The step of `series` that stands for step t of the cube, or -1: the same month or day; a monthly series serves
/// instants by their month.
Index step_of(const io::Series& series, const geo::TimeAxis& axis, Index t);

/// Throws ConfigError for an impossible grid, DataError where the inputs do not cover what is asked for.
Plan make_plan(const PrepareOptions& options, const Inputs& inputs);

/// The part of two regions that both cover, with the longitudes of `a`; nothing where they do not touch.
std::optional<geo::Region> overlap(const geo::Region& a, const geo::Region& b);

/// "30 W .. 5 E, 35 N .. 45 N" as W,S,E,N for messages.
std::string region_text(const geo::Region& region);

} // namespace gwsd::data::prepare_detail
