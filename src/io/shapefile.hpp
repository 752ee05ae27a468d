#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/polygon.hpp"

namespace gwsd::io {

/// A record of a shapefile: its place in the table beside it, and its rings.
struct ShapeRecord {
    std::size_t row = 0;
    std::vector<geo::Ring> rings;
};

/// The polygons of a .shp file (types Polygon, PolygonZ and PolygonM; Esri 1998); empty records are left out. Throws
/// DataError for other types and damaged files.
std::vector<ShapeRecord> read_shp(const std::string& path);

} // namespace gwsd::io
