#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/data/world.hpp"

namespace gwsd::data {

/// Files of the built-in world in a folder, in the layouts of the real products.
struct WorldFiles {
    std::string truth;             ///< gws, 0.125 degrees, mm
    std::string gwsa;              ///< G3P layout with its absent months: GWSA and uncertainty, 0.5 degrees, mm
    std::vector<std::string> era5; ///< ERA5-Land layouts, 0.1 degrees, node-registered: tp, swvl1, t2m, sp
    std::string land;              ///< land fraction and elevation, 0.125 degrees
};

/// Writes the world month by month, in bounded memory; says first how much disk it takes. The folder is made where it
/// is not there. `command` goes into the files' history. Throws CannotCreate if a file exists and `overwrite` is false,
/// DataError if the period has no month with a satellite field or the region no land.
WorldFiles write_world(const WorldOptions& options, const std::string& folder, bool overwrite,
                       const std::string& command = "gwsd world");

} // namespace gwsd::data
