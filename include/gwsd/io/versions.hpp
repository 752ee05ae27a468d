#pragma once

#include <string>
#include <vector>

namespace gwsd::io {

/// A library that gwsd reads or writes files with; the version is the one that runs, which may differ from the
/// headers'.
struct LibraryVersion {
    std::string name, version;
};

/// netCDF, HDF5, UDUNITS, libzip, xxHash, ecCodes ("not built in" where the build has none).
std::vector<LibraryVersion> library_versions();

/// Why the database of units cannot be read, or an empty string; without it no unit can be converted.
std::string unit_database_problem();

} // namespace gwsd::io
