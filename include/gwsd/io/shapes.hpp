#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/polygon.hpp"

namespace gwsd::io {

/// Polygons of a shapefile (.shp, with names from the .dbf beside it) or of GeoJSON (.geojson, .json), in longitude and
/// latitude. Names come from the field `name_field`; without it from the first field that has "name" in its own name,
/// else the first text, else the first field. Names that repeat get " (2)" and so on. Throws InputMissing,
/// PermissionError, and DataError for other formats and geometries, projected coordinates, damaged files, and a
/// name_field that is not there.
std::vector<geo::Polygon> read_shapes(const std::string& path, const std::string& name_field = {});

} // namespace gwsd::io
