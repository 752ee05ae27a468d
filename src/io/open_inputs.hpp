#pragma once

#include <memory>
#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace gwsd::io {

struct OpenOptions {
    bool allow_remote = false;
};

/// Opens what a path holds: one netCDF or GRIB file, or every data file of an archive. Throws UsageError for addresses
/// that may not be opened, InputMissing, PermissionError, DataError.
std::vector<std::unique_ptr<InputFile>> open_inputs(const std::string& path, const OpenOptions& options);

} // namespace gwsd::io
