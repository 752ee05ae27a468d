#pragma once

#include <string>
#include <vector>

#include "gwsd/io/cube.hpp"
#include "io/output_sink.hpp"

namespace gwsd::io {

inline constexpr int cube_version = 1;

/// One variable that a cube with this content holds.
struct CubeVariable {
    std::string name, unit, long_name;
    bool fine = true, steps = true;
};

std::vector<CubeVariable> cube_variables(const CubeInfo& info);

/// The netCDF plan of the steps [first, first + count); statics only where `statics`, steps only where count > 0.
plan::File cube_plan(const CubeInfo& info, Index first, Index count, bool statics);

} // namespace gwsd::io
