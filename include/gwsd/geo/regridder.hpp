#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/core/suggest.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Ways to put a field on another grid. conservative: exact overlap of cells on the sphere (Jones 1999), what
/// `cdo remapcon` does. smooth_conservative: bilinear, then corrected smoothly until the area-weighted means over the
/// source cells are those of the source (pycnophylactic, Tobler 1979).
enum class Method { conservative, nearest, bilinear, bicubic, smooth_conservative };

/// Names of the methods, in the order of Method.
inline const std::array<std::string, 5>& method_names()
{
    static const std::array<std::string, 5> names{"conservative", "nearest", "bilinear", "bicubic",
                                                  "smooth_conservative"};
    return names;
}

/// "nearest" etc.; throws ConfigError with "did you mean" for other names.
inline Method parse_method(const std::string& name)
{
    const auto& names = method_names();
    for (std::size_t i = 0; i < names.size(); ++i)
        if (names[i] == name) return static_cast<Method>(i);
    throw ConfigError("method '" + name +
                      "' is not known; expected conservative, nearest, bilinear, bicubic or smooth_conservative" +
                      did_you_mean(name, names));
}

inline std::string to_string(Method method) { return method_names()[static_cast<std::size_t>(method)]; }

/// A plan to put fields of one grid on another, made once and applied to many fields; safe to share between threads.
class Regridder {
public:
    virtual ~Regridder() = default;
    /// in has from.cells() values, out to.cells(); NaN is missing. conservative: a cell is valid if the valid share of
    /// its area is above zero and at least `min_valid_fraction`, and is normalised by that share. The others use the
    /// valid cells of their stencil with renormalised weights, NaN where there is none or their share of the weight is
    /// below `min_valid_fraction`. Throws ShapeError for other sizes. The result does not depend on the thread count.
    virtual void apply(std::span<const float> in, std::span<float> out, double min_valid_fraction = 0) const = 0;
};

/// Throws ShapeError unless both spans have the cells of their grid.
inline void check_cells(const char* operation, const Grid& from, std::size_t in, const Grid& to, std::size_t out)
{
    if (static_cast<Index>(in) != from.cells() || static_cast<Index>(out) != to.cells())
        throw ShapeError(std::string(operation) + ": expects " + std::to_string(from.cells()) + " cells in and " +
                         std::to_string(to.cells()) + " out, got " + std::to_string(in) + " and " +
                         std::to_string(out));
}

/// True if some cell of `a` and some cell of `b` share an area, whatever turn their longitudes have.
inline bool grids_touch(const Grid& a, const Grid& b)
{
    const Region p = a.bounds(), q = b.bounds();
    if (std::min(p.north, q.north) - std::max(p.south, q.south) < 1e-9) return false;
    // Turned to start within a circle east of p's west, q may still end beyond the next one.
    const double turn = 360.0 * std::floor((q.west - p.west) / 360.0), west = q.west - turn, east = q.east - turn;
    return p.east - west > 1e-9 || east - (p.west + 360.0) > 1e-9;
}

/// "latitude -10..10, longitude 20..40", for messages.
inline std::string bounds_text(const Grid& grid)
{
    const Region b = grid.bounds();
    char text[128];
    std::snprintf(text, sizeof text, "latitude %.6g..%.6g, longitude %.6g..%.6g", b.south, b.north, b.west, b.east);
    return text;
}

} // namespace gwsd::geo
