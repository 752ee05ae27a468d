#pragma once

#include <algorithm>
#include <cmath>
#include <vector>

#include "gwsd/geo/grid.hpp"
#include "gwsd/geo/polygon.hpp"

namespace gwsd::geo {

/// A cell and how much of a shape lies in it.
struct CellShare {
    Index cell = 0;
    double area = 0; ///< m2 of the shape inside the cell
};

namespace detail {

/// The part of a ring on one side of a meridian or parallel (Sutherland and Hodgman 1974). Parts that fall apart stay
/// joined along the line, where they enclose nothing.
inline Ring clipped(const Ring& ring, double Point::*axis, double line, bool keep_above)
{
    Ring out;
    const auto kept = [&](const Point& p) { return keep_above ? p.*axis >= line : p.*axis <= line; };
    for (std::size_t i = 0; i < ring.size(); ++i) {
        const Point &a = ring[i], &b = ring[i + 1 == ring.size() ? 0 : i + 1];
        if (kept(a)) out.push_back(a);
        if (kept(a) == kept(b)) continue;
        const double t = (line - a.*axis) / (b.*axis - a.*axis);
        Point crossing{a.lon + t * (b.lon - a.lon), a.lat + t * (b.lat - a.lat)};
        crossing.*axis = line;
        out.push_back(crossing);
    }
    return out;
}

/// Deals a ring out to the cells of a grid by halving the block of cells again and again, so that each corner is looked
/// at once a level and not once a cell.
class RingDealer {
public:
    RingDealer(const Grid& grid, double factor, std::vector<CellShare>& shares)
        : grid_(grid), factor_(factor), shares_(shares)
    {
    }

    void deal(Ring ring)
    {
        ring = clipped(ring, &Point::lon, grid_.lon_edges.front(), true);
        ring = clipped(ring, &Point::lon, grid_.lon_edges.back(), false);
        ring = clipped(ring, &Point::lat, grid_.lat_edges.front(), true);
        ring = clipped(ring, &Point::lat, grid_.lat_edges.back(), false);
        halve(ring, 0, grid_.rows(), 0, grid_.cols());
    }

private:
    void halve(const Ring& ring, Index south, Index north, Index west, Index east)
    {
        if (ring.size() < 3) return;
        if (north - south == 1 && east - west == 1) {
            if (const double area = factor_ * ring_area(ring); area != 0)
                shares_.push_back({south * grid_.cols() + west, area});
            return;
        }
        if (north - south > east - west) {
            const Index middle = (south + north) / 2;
            const double line = grid_.lat_edges[static_cast<std::size_t>(middle)];
            halve(clipped(ring, &Point::lat, line, false), south, middle, west, east);
            halve(clipped(ring, &Point::lat, line, true), middle, north, west, east);
        } else {
            const Index middle = (west + east) / 2;
            const double line = grid_.lon_edges[static_cast<std::size_t>(middle)];
            halve(clipped(ring, &Point::lon, line, false), south, north, west, middle);
            halve(clipped(ring, &Point::lon, line, true), south, north, middle, east);
        }
    }

    const Grid& grid_;
    double factor_;
    std::vector<CellShare>& shares_;
};

} // namespace detail

/// The cells that a shape covers, whole or in part, in rising order, with the exact area on the sphere; whatever turn
/// the longitudes of either have. Their sum is shape_area() where the grid holds all of the shape.
inline std::vector<CellShare> cells_of(const Polygon& shape, const Grid& grid)
{
    const std::vector<double> signs = ring_signs(shape.rings);
    std::vector<CellShare> shares;
    for (std::size_t i = 0; i < signs.size(); ++i) {
        if (shape.rings[i].empty()) continue;
        const auto [west, east] = std::minmax_element(shape.rings[i].begin(), shape.rings[i].end(),
                                                      [](const Point& a, const Point& b) { return a.lon < b.lon; });
        const double first = std::ceil((grid.lon_edges.front() - east->lon) / 360.0),
                     last = std::floor((grid.lon_edges.back() - west->lon) / 360.0);
        for (double turn = first; turn <= last; ++turn) {
            Ring ring = shape.rings[i];
            for (Point& p : ring) p.lon += 360.0 * turn;
            const double square_metres = std::numbers::pi / 180.0 * earth_radius * earth_radius;
            detail::RingDealer(grid, signs[i] * square_metres, shares).deal(std::move(ring));
        }
    }
    std::stable_sort(shares.begin(), shares.end(),
                     [](const CellShare& a, const CellShare& b) { return a.cell < b.cell; });
    std::vector<CellShare> merged;
    for (const CellShare& share : shares) {
        if (merged.empty() || merged.back().cell != share.cell) merged.push_back({share.cell, 0});
        merged.back().area += share.area;
    }
    // What rounding leaves of a cell that a shape only touches is no share.
    std::erase_if(merged, [&](const CellShare& share) {
        return share.area <= 1e-9 * grid.area(share.cell / grid.cols(), share.cell % grid.cols());
    });
    return merged;
}

} // namespace gwsd::geo
