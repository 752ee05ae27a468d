#pragma once

#include <algorithm>
#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/shape.hpp"

namespace gwsd::geo {

inline constexpr double earth_radius = 6'371'000.0;      ///< metres (SPEC: GRACE operator and areas)
inline constexpr double radian = std::numbers::pi / 180; ///< of one degree

/// West, south, east, north in degrees; east may exceed 180 where a region crosses the date line.
struct Region {
    double west = -180, south = -90, east = 180, north = 90;
};

/// A latitude-longitude grid of cells, given by its edges in degrees. Canonical order: row 0 is the southernmost row,
/// column 0 the westernmost; longitudes ascend and span at most 360 degrees. A node-registered grid (ERA5-Land) is the
/// cells around its nodes, with half cells at the poles.
struct Grid {
    std::vector<double> lat_edges; ///< rows + 1 values, ascending, within [-90, 90]
    std::vector<double> lon_edges; ///< cols + 1 values, ascending

    Index rows() const { return static_cast<Index>(lat_edges.size()) - 1; }
    Index cols() const { return static_cast<Index>(lon_edges.size()) - 1; }
    Index cells() const { return rows() * cols(); }
    double lat(Index row) const { return 0.5 * (lat_edges[at(row)] + lat_edges[at(row + 1)]); }
    double lon(Index col) const { return 0.5 * (lon_edges[at(col)] + lon_edges[at(col + 1)]); }
    /// True if the columns close the circle, so that column `cols()` is column 0 again.
    bool periodic() const { return std::abs(lon_edges.back() - lon_edges.front() - 360.0) < 1e-6; }
    /// Area weight of one cell of a row on the unit sphere per degree of longitude: sin(north) - sin(south).
    double row_weight(Index row) const { return sine(lat_edges[at(row + 1)]) - sine(lat_edges[at(row)]); }
    /// Cell area in m2.
    double area(Index row, Index col) const
    {
        const double width = (lon_edges[at(col + 1)] - lon_edges[at(col)]) * std::numbers::pi / 180.0;
        return earth_radius * earth_radius * row_weight(row) * width;
    }
    Region bounds() const { return {lon_edges.front(), lat_edges.front(), lon_edges.back(), lat_edges.back()}; }

    static double sine(double degrees) { return std::sin(degrees * std::numbers::pi / 180.0); }

private:
    static std::size_t at(Index i) { return static_cast<std::size_t>(i); }
};

/// Edges from, from + step, ..., to; computed from whole multiples so that nested grids share their edges exactly.
inline std::vector<double> regular_edges(double from, double to, double step)
{
    const auto first = std::llround(from / step), last = std::llround(to / step);
    std::vector<double> edges;
    for (auto i = first; i <= last; ++i) edges.push_back(static_cast<double>(i) * step);
    return edges;
}

/// The cell-registered grid of `resolution` degrees whose edges are multiples of it, over `region` snapped outward.
/// Throws ConfigError if the region is empty or leaves the globe.
inline Grid regular_grid(double resolution, const Region& region = {})
{
    if (!(resolution > 0) || !(region.east > region.west) || !(region.north > region.south) ||
        region.south < -90 - 1e-9 || region.north > 90 + 1e-9 || region.east - region.west > 360 + 1e-9)
        throw ConfigError("region W,S,E,N = " + std::to_string(region.west) + "," + std::to_string(region.south) + "," +
                          std::to_string(region.east) + "," + std::to_string(region.north) +
                          ": expects west < east (at most 360 degrees apart) and -90 <= south < north <= 90");
    const auto down = [&](double v) { return std::floor(v / resolution + 1e-6) * resolution; };
    const auto up = [&](double v) { return std::ceil(v / resolution - 1e-6) * resolution; };
    return {regular_edges(std::max(-90.0, down(region.south)), std::min(90.0, up(region.north)), resolution),
            regular_edges(down(region.west), up(region.east), resolution)};
}

/// Every cell of `grid` cut into factor x factor cells of equal angle.
inline Grid refine(const Grid& grid, Index factor)
{
    const auto split = [factor](const std::vector<double>& edges) {
        std::vector<double> fine;
        for (std::size_t i = 0; i + 1 < edges.size(); ++i)
            for (Index k = 0; k < factor; ++k)
                fine.push_back(edges[i] +
                               (edges[i + 1] - edges[i]) * static_cast<double>(k) / static_cast<double>(factor));
        fine.push_back(edges.back());
        return fine;
    };
    return {split(grid.lat_edges), split(grid.lon_edges)};
}

/// Blocks of factor x factor cells of `grid` joined; rows and cols must be multiples of factor (ShapeError).
inline Grid coarsen(const Grid& grid, Index factor)
{
    if (grid.rows() % factor != 0 || grid.cols() % factor != 0)
        throw ShapeError("coarsen: " + std::to_string(grid.rows()) + " x " + std::to_string(grid.cols()) +
                         " cells are not a multiple of the factor " + std::to_string(factor));
    const auto join = [factor](const std::vector<double>& edges) {
        std::vector<double> coarse;
        for (std::size_t i = 0; i < edges.size(); i += static_cast<std::size_t>(factor)) coarse.push_back(edges[i]);
        return coarse;
    };
    return {join(grid.lat_edges), join(grid.lon_edges)};
}

/// True if both grids have the same edges to 1e-6 degrees.
inline bool same_grid(const Grid& a, const Grid& b)
{
    const auto close = [](double x, double y) { return std::abs(x - y) < 1e-6; };
    return a.lat_edges.size() == b.lat_edges.size() && a.lon_edges.size() == b.lon_edges.size() &&
           std::equal(a.lat_edges.begin(), a.lat_edges.end(), b.lat_edges.begin(), close) &&
           std::equal(a.lon_edges.begin(), a.lon_edges.end(), b.lon_edges.begin(), close);
}

} // namespace gwsd::geo
