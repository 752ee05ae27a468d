#pragma once

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/field_order.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// A grid in canonical order and the way of its fields from file order.
struct OrderedGrid {
    Grid grid;
    FieldOrder order;
};

namespace detail {

/// "0.25", "-179.9375": enough digits to recognise a coordinate.
inline std::string degrees_text(double value)
{
    char text[32];
    std::snprintf(text, sizeof text, "%.7g", value);
    return text;
}

/// Rounding of coordinates stored as float, and 0.1 % of a cell, are not worth a refusal.
inline double coordinate_tolerance(double step) { return std::max(1e-3 * step, 6e-5); }

/// A uniform axis, ascending: centre i is first + i * step.
struct UniformAxis {
    double first = 0, step = 0;
    bool descends = false;
    double residual = 0; ///< largest distance of a value from its place
};

inline void check_finite(std::span<const double> x, const std::string& name)
{
    if (x.empty()) throw DataError(name + ": the axis has no values");
    for (std::size_t i = 0; i < x.size(); ++i)
        if (!std::isfinite(x[i]))
            throw DataError(name + ": value " + std::to_string(i + 1) + " of " + std::to_string(x.size()) +
                            " is not a number");
}

inline DataError axis_error(const std::string& name, std::span<const double> x, std::size_t i,
                            const std::string& wanted)
{
    return DataError(name + ": " + wanted + ", but value " + std::to_string(i + 1) + " of " + std::to_string(x.size()) +
                     " is " + degrees_text(x[i]) + " after " + degrees_text(x[i - 1]) +
                     "; bring the file onto a regular grid first, such as with cdo remapcon");
}

/// Throws DataError for values that repeat, turn back, or are not evenly spaced. `other_step` serves an axis of one
/// value.
inline UniformAxis uniform_axis(std::span<const double> x, const std::string& name, double other_step)
{
    if (x.size() == 1) {
        if (!(other_step > 0))
            throw DataError(name + ": one value alone does not tell the cell size; the grid needs at least two");
        return {x[0], other_step, false};
    }
    const bool descends = x.back() < x.front();
    const double step = std::abs(x.back() - x.front()) / static_cast<double>(x.size() - 1);
    for (std::size_t i = 1; i < x.size(); ++i) {
        const double rise = descends ? x[i - 1] - x[i] : x[i] - x[i - 1];
        if (rise == 0) throw axis_error(name, x, i, "expected no value twice");
        if (rise < 0) throw axis_error(name, x, i, "expected values that only rise or only fall");
    }
    for (std::size_t i = 1; i < x.size(); ++i)
        if (std::abs(std::abs(x[i] - x[i - 1]) - step) > coordinate_tolerance(step))
            throw axis_error(name, x, i, "expected even steps of about " + degrees_text(step));
    UniformAxis axis{std::min(x.front(), x.back()), step, descends};
    for (std::size_t i = 0; i < x.size(); ++i) {
        const double place = x.front() + (descends ? -step : step) * static_cast<double>(i);
        axis.residual = std::max(axis.residual, std::abs(x[i] - place));
    }
    return axis;
}

struct Step {
    double size = 0;
    bool drifts =
        false; ///< close to a step that divides the circle, but the coordinates say clearly that it is another
};

/// Steps that divide the circle are taken exactly, so that float 0.1 nests with other grids. Coordinates that are much
/// more even than they are near such a step, as those of etopo20 that add 0.3333333 a thousand times, are taken as they
/// are: they lie up to 4e-5 degrees beside the exact ones, which CDO respects too. A few values prove nothing. An axis
/// that goes around the globe and a little further is one whose end was rounded (etopo5: 0 .. 359.92).
inline Step exact_step(const UniformAxis& axis, std::size_t count)
{
    const double around = std::round(360.0 / axis.step), exact = 360.0 / around;
    const double drift = std::abs(exact - axis.step) * static_cast<double>(count - 1);
    if (around == static_cast<double>(count) && axis.step > exact && drift > 6e-5 && drift < 0.1 * exact)
        return {exact, false};
    if (drift > std::max(1e-2 * axis.step, 6e-5)) return {axis.step, false};
    if (count >= 16 && drift > std::max(4 * axis.residual, 1e-6)) return {axis.step, true};
    return {exact, false};
}

/// Edges half-way between ascending centres, and half a step beyond the outer ones.
inline std::vector<double> edges_between(const std::vector<double>& centres, double step)
{
    std::vector<double> edges{centres.front() - 0.5 * step};
    for (std::size_t i = 1; i < centres.size(); ++i) edges.push_back(0.5 * (centres[i - 1] + centres[i]));
    edges.push_back(centres.back() + 0.5 * step);
    return edges;
}

/// Edges around `count` centres. Edges near a tenth of a step are taken to lie on it: that removes rounding of the
/// stored coordinates, and grids that nest share their edges exactly.
inline std::vector<double> edges_around(double first, double step, std::size_t count)
{
    const double position = first / step - 0.5, tenths = std::round(position * 10.0);
    const bool snap = std::abs(position - tenths / 10.0) * step <= coordinate_tolerance(step);
    const double whole = std::floor(tenths / 10.0), part = (tenths - 10.0 * whole) / 10.0;
    std::vector<double> edges(count + 1);
    for (std::size_t i = 0; i <= count; ++i) {
        const auto k = static_cast<double>(i);
        edges[i] = snap ? (whole + k + part) * step : std::round((first + (k - 0.5) * step) * 1e9) / 1e9;
    }
    return edges;
}

/// Half cells at the poles may be given by their own centre (89.975) instead of the node (90): put the node back.
inline void restore_polar_node(double& end, double second, double third)
{
    const double step = std::abs(third - second), tolerance = coordinate_tolerance(step);
    const double node = std::copysign(90.0, end);
    if (std::abs(std::abs(second - end) - 0.75 * step) < tolerance &&
        std::abs(std::abs(node - end) - 0.25 * step) < tolerance)
        end = node;
}

inline std::vector<double> latitude_edges(std::span<const double> given, double other_step, bool& descends)
{
    std::vector<double> lat(given.begin(), given.end());
    for (const double value : lat)
        if (std::abs(value) > 90 + 1e-3)
            throw DataError("latitude: expected values within -90 to 90 degrees, found " + degrees_text(value));
    if (const auto n = lat.size(); n >= 4) {
        restore_polar_node(lat[0], lat[1], lat[2]);
        restore_polar_node(lat[n - 1], lat[n - 2], lat[n - 3]);
    }
    const UniformAxis axis = uniform_axis(lat, "latitude", other_step);
    descends = axis.descends;
    const Step step = exact_step(axis, lat.size());
    std::sort(lat.begin(), lat.end());
    auto edges = step.drifts ? edges_between(lat, step.size) : edges_around(axis.first, step.size, lat.size());
    // A node at the pole owns a half cell; rounding must not lead beyond the pole either.
    const double near_pole = 90.0 - coordinate_tolerance(axis.step);
    if (edges.front() < -near_pole) edges.front() = -90.0;
    if (edges.back() > near_pole) edges.back() = 90.0;
    return edges;
}

/// Undoes one jump by 360 degrees, as in 170 .. 179.5, -179.5 .. -170 or 0 .. 180, -179 .. -1.
inline void unwrap(std::vector<double>& lon)
{
    if (lon.size() < 3) {
        if (lon.size() == 2 && std::abs(lon[1] - lon[0]) > 180) lon[1] += lon[1] < lon[0] ? 360.0 : -360.0;
        return;
    }
    for (std::size_t i = 1; i < lon.size(); ++i) {
        const double rise = lon[i] - lon[i - 1];
        const double turn = std::abs(rise) > 180 ? -std::copysign(360.0, rise) : 0.0;
        for (std::size_t k = i; turn != 0 && k < lon.size(); ++k) lon[k] += turn;
    }
}

} // namespace detail

/// The canonical grid of cell centres as a file gives them, and the order of its fields. Accepts ascending or
/// descending axes, 0..360 or -180..180 or any turn of them, regions across the date line (the grid's east then exceeds
/// 180), cells or nodes (a node at a pole becomes a half cell). A global grid starts with the first centre at or east
/// of -180. A last column that repeats the first at +360 degrees is dropped, which order.repeated_column tells. Throws
/// DataError, without file name, for coordinates that are not finite, not monotone, repeated, uneven or too wide.
inline OrderedGrid grid_from_centres(std::span<const double> lat, std::span<const double> given_lon)
{
    using namespace detail;
    check_finite(lat, "latitude");
    check_finite(given_lon, "longitude");
    std::vector<double> lon(given_lon.begin(), given_lon.end());
    unwrap(lon);
    const double lat_step =
        lat.size() > 1 ? std::abs(lat.back() - lat.front()) / static_cast<double>(lat.size() - 1) : 0.0;
    const UniformAxis axis = uniform_axis(lon, "longitude", lat_step);
    const auto [step, drifts] = exact_step(axis, lon.size());

    OrderedGrid result;
    FieldOrder& order = result.order;
    order.raw_rows = std::ssize(lat);
    order.raw_cols = std::ssize(lon);
    auto cols = order.raw_cols;
    const auto around = std::llround(360.0 / step);
    const bool divides = std::abs(step * static_cast<double>(around) - 360.0) < coordinate_tolerance(step);
    order.repeated_column = divides && cols == around + 1;
    if (order.repeated_column) --cols;
    if (static_cast<double>(cols) * step > 360.0 + coordinate_tolerance(step))
        throw DataError("longitude: " + std::to_string(order.raw_cols) + " columns of " + degrees_text(step) +
                        " degrees go more than once around the globe; expected at most 360 degrees");

    // Columns in rising order, the dropped one being the last as stored; then the turn that starts at -180.
    const double west = axis.descends && order.repeated_column ? axis.first + step : axis.first;
    const bool periodic = divides && cols == around;
    const double shift = std::ceil((-180.0 - west) / step - coordinate_tolerance(step) / step);
    Index start = 0;
    double first = west - 360.0 * std::floor((west + 180.0 + coordinate_tolerance(step)) / 360.0);
    if (periodic) {
        start = ((static_cast<Index>(shift) % cols) + cols) % cols;
        first = west + shift * step;
    }
    order.column.resize(static_cast<std::size_t>(cols));
    for (Index c = 0; c < cols; ++c) {
        const Index rising = (c + start) % cols;
        order.column[static_cast<std::size_t>(c)] = axis.descends ? cols - 1 - rising : rising;
    }
    result.grid.lat_edges = latitude_edges(lat, step, order.rows_descend);
    if (drifts) {
        std::vector<double> centres;
        for (Index c = 0; c < cols; ++c) {
            const double x = lon[static_cast<std::size_t>(order.column[static_cast<std::size_t>(c)])];
            centres.push_back(x - 360.0 * std::round((x - first - static_cast<double>(c) * step) / 360.0));
        }
        result.grid.lon_edges = edges_between(centres, step);
    } else {
        result.grid.lon_edges = edges_around(first, step, static_cast<std::size_t>(cols));
    }
    if (periodic) result.grid.lon_edges.back() = result.grid.lon_edges.front() + 360.0;
    return result;
}

} // namespace gwsd::geo
