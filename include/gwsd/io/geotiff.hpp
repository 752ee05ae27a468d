#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// An image of a field, or of several steps of it.
struct GeoTiffInfo {
    geo::Grid grid;
    std::string name, unit;
    std::vector<std::string> bands; ///< one text a band, such as its month
};

/// Writes a baseline TIFF of float32 bands in WGS 84 (GeoTIFF 1.1: EPSG 4326, pixels are areas), north up,
/// uncompressed, NaN as no-data value; names and unit of the bands are there for GDAL. Nothing appears at its path
/// before finish().
class GeoTiffWriter {
public:
    virtual ~GeoTiffWriter() = default;
    /// The next band; grid.cells() values in canonical order. Throws ShapeError, IoError.
    virtual void write(std::span<const float> band) = 0;
    /// Throws ShapeError if bands are missing.
    virtual void finish() = 0;
};

/// Throws CannotCreate, and DataError if the cells are not of one size (half cells at the poles) or the image would
/// pass the 4 GiB that a TIFF holds.
std::unique_ptr<GeoTiffWriter> create_geotiff(const std::string& path, const GeoTiffInfo& info, bool overwrite);

} // namespace gwsd::io
