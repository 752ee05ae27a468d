#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/polygon.hpp"

namespace gwsd::io {

/// Polygons of GeoJSON (RFC 7946): a FeatureCollection, a Feature, or a bare Polygon, MultiPolygon or collection. Each
/// feature is one shape, named by `name_field` of its properties, or the property that looks most like a name, or its
/// id; an empty name where there is none. Throws DataError.
std::vector<geo::Polygon> read_geojson(const std::string& path, const std::string& name_field);

} // namespace gwsd::io
