#pragma once

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <string>
#include <vector>

#include "gwsd/geo/conservative.hpp"

namespace gwsd::geo {

/// A point in degrees.
struct Point {
    double lon = 0, lat = 0;
};

/// A closed line; the last point joins the first, whether it repeats it or not. Sides are straight in longitude and
/// latitude, as in shapefiles and GeoJSON.
using Ring = std::vector<Point>;

/// A named area: what an odd number of its rings encloses (islands in lakes included), however the rings are oriented.
struct Polygon {
    std::string name;
    std::vector<Ring> rings;
};

/// Area that a ring encloses, in degrees of longitude times the sine of latitude (a cell has
/// (sin north - sin south) (east - west)); positive if it runs counter-clockwise.
inline double ring_area(const Ring& ring)
{
    double area = 0;
    for (std::size_t i = 0; i < ring.size(); ++i) {
        const Point &a = ring[i], &b = ring[i + 1 == ring.size() ? 0 : i + 1];
        const double height = (b.lat - a.lat) * radian;
        if (height == 0) continue;
        // The integral of lon cos(lat) along the side: the mean longitude, and what the bend of the sine adds to it.
        double side = 0.5 * (a.lon + b.lon) * band_measure(a.lat, b.lat);
        if (std::abs(height) > 1e-4) {
            const double middle = 0.5 * (a.lat + b.lat) * radian, half = 0.5 * height;
            side += (b.lon - a.lon) * std::sin(middle) * (half * std::cos(half) - std::sin(half)) / half;
        }
        area += side;
    }
    return area;
}

/// A point inside a ring: half-way between the first two crossings of a parallel that meets no corner. NaN for a ring
/// without area.
inline Point point_inside(const Ring& ring)
{
    std::vector<double> lats;
    for (const Point& p : ring) lats.push_back(p.lat);
    std::sort(lats.begin(), lats.end());
    // Of the bands between corners the widest has room for rounding.
    double lat = 0, widest = 0;
    for (std::size_t i = 1; i < lats.size(); ++i)
        if (lats[i] - lats[i - 1] > widest) widest = lats[i] - lats[i - 1], lat = 0.5 * (lats[i] + lats[i - 1]);
    std::vector<double> crossings;
    for (std::size_t i = 0; widest > 0 && i < ring.size(); ++i) {
        const Point &a = ring[i], &b = ring[i + 1 == ring.size() ? 0 : i + 1];
        if ((a.lat < lat) != (b.lat < lat))
            crossings.push_back(a.lon + (lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon));
    }
    std::sort(crossings.begin(), crossings.end());
    if (crossings.size() < 2)
        return {std::numeric_limits<double>::quiet_NaN(), std::numeric_limits<double>::quiet_NaN()};
    return {0.5 * (crossings[0] + crossings[1]), lat};
}

/// True if an eastward ray from the point crosses the ring an odd number of times.
inline bool encloses(const Ring& ring, const Point& p)
{
    bool inside = false;
    for (std::size_t i = 0; i < ring.size(); ++i) {
        const Point &a = ring[i], &b = ring[i + 1 == ring.size() ? 0 : i + 1];
        if ((a.lat > p.lat) != (b.lat > p.lat) && a.lon + (p.lat - a.lat) / (b.lat - a.lat) * (b.lon - a.lon) > p.lon)
            inside = !inside;
    }
    return inside;
}

/// For each ring the sign with which its counter-clockwise area counts: rings within an odd number of larger ones are
/// holes. Orientation only turns the sign of ring_area, which real files do not always keep to.
inline std::vector<double> ring_signs(const std::vector<Ring>& rings)
{
    std::vector<double> areas, signs;
    for (const Ring& ring : rings) areas.push_back(ring_area(ring));
    for (std::size_t i = 0; i < rings.size(); ++i) {
        const Point inside = point_inside(rings[i]);
        bool hole = false;
        for (std::size_t k = 0; k < rings.size(); ++k)
            if (std::abs(areas[k]) > std::abs(areas[i]) && encloses(rings[k], inside)) hole = !hole;
        signs.push_back((hole ? -1.0 : 1.0) * (areas[i] < 0 ? -1.0 : 1.0));
    }
    return signs;
}

/// Area of a shape in m2.
inline double shape_area(const Polygon& shape)
{
    const std::vector<double> signs = ring_signs(shape.rings);
    double area = 0;
    for (std::size_t i = 0; i < signs.size(); ++i) area += signs[i] * ring_area(shape.rings[i]);
    return area * std::numbers::pi / 180.0 * earth_radius * earth_radius;
}

} // namespace gwsd::geo
