#pragma once

#include <string>

namespace gwsd::io {

enum class FileKind { netcdf_classic, netcdf4, grib, zip, model };

/// The kind of a file by its first bytes, whatever its name. Throws DataError for everything that gwsd does not read,
/// telling what it is and what to do: a web page saved as data, gzip, GeoTIFF, a table of text, a shapefile, ...
FileKind sniff(const std::string& path);

} // namespace gwsd::io
