#pragma once

#include <cmath>
#include <numbers>
#include <vector>

#include "gwsd/geo/axis_weights.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Where the values of an axis stand: the middle of each cell, but the pole itself in a half cell there, since that is
/// the node of a node-registered grid (ERA5-Land).
inline std::vector<double> value_points(const std::vector<double>& edges, bool latitude)
{
    std::vector<double> points;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) points.push_back(0.5 * (edges[i] + edges[i + 1]));
    const std::size_t n = points.size();
    if (!latitude || n < 3) return points;
    const auto half = [](double cell, double neighbour) { return std::abs(2.0 * cell - neighbour) < 1e-6 * neighbour; };
    if (edges[0] == -90.0 && half(edges[1] - edges[0], edges[2] - edges[1])) points[0] = -90.0;
    if (edges[n] == 90.0 && half(edges[n] - edges[n - 1], edges[n - 1] - edges[n - 2])) points[n - 1] = 90.0;
    return points;
}

/// A place on an axis: at the share `t` in [0, 1] of the way from point `left` to point left + 1. On an axis that does
/// not close, left may be -1 or the last point near an end.
struct AxisPosition {
    bool inside = false; ///< false: beyond the cells of the axis
    Index left = 0;
    double t = 0;
};

/// One axis of a grid as a place to read values from.
class PointAxis {
public:
    PointAxis(const std::vector<double>& edges, bool latitude, bool periodic)
        : west_(edges.front()),
          east_(edges.back()),
          latitude_(latitude),
          periodic_(periodic),
          points_(value_points(edges, latitude))
    {
    }

    Index size() const { return static_cast<Index>(points_.size()); }

    /// Index of a point in reach of a stencil, or -1 beyond the end of an axis that does not close.
    Index wrapped(Index i) const
    {
        if (periodic_) return ((i % size()) + size()) % size();
        return i >= 0 && i < size() ? i : -1;
    }

    AxisPosition locate(double x) const
    {
        constexpr double tolerance = 1e-9;
        if (!latitude_) {
            x -= 360.0 * std::floor((x - west_ + tolerance) / 360.0);
            if (periodic_ && x < points_.front()) x += 360.0;
        }
        if (!periodic_ && (x < west_ - tolerance || x > east_ + tolerance)) return {};
        AxisPosition at{
            true, static_cast<Index>(std::upper_bound(points_.begin(), points_.end(), x) - points_.begin()) - 1, 0};
        const Index n = size();
        // Beyond the outermost points the axis goes on at its own spacing.
        const double step = at.left >= 0 && at.left + 1 < n ? point(at.left + 1) - point(at.left)
                            : periodic_                     ? point(0) + 360.0 - point(n - 1)
                                                            : (n > 1 ? spacing(at.left) : east_ - west_);
        const double origin = at.left >= 0 ? point(at.left) : point(0) - step;
        at.t = std::clamp((x - origin) / step, 0.0, 1.0);
        // Places that differ from a point by rounding alone are that point, so that its neighbours play no part.
        if (at.t < 1e-9) at.t = 0.0;
        if (at.t > 1.0 - 1e-9) at.t = 0.0, ++at.left;
        return at;
    }

private:
    double point(Index i) const { return points_[static_cast<std::size_t>(i)]; }
    double spacing(Index left) const { return left < 0 ? point(1) - point(0) : point(size() - 1) - point(size() - 2); }

    double west_, east_;
    bool latitude_, periodic_;
    std::vector<double> points_;
};

/// Weights of the points left - 1 .. left + 2 at the share t of the way from left to left + 1.
using StencilWeights = std::array<double, 4>;

/// The closer of two points; half-way it is the western or southern one.
inline StencilWeights nearest_weights(double t)
{
    return t <= 0.5 + 1e-9 ? StencilWeights{0, 1, 0, 0} : StencilWeights{0, 0, 1, 0};
}

inline StencilWeights linear_weights(double t) { return {0, 1 - t, t, 0}; }

/// Cubic convolution with a = -1/2 (Keys 1981): exact for polynomials of second degree.
inline StencilWeights cubic_weights(double t)
{
    return {((-0.5 * t + 1.0) * t - 0.5) * t, (1.5 * t - 2.5) * t * t + 1.0, ((-1.5 * t + 2.0) * t + 0.5) * t,
            (0.5 * t - 0.5) * t * t};
}

/// Stencils of the value points of `to` on an axis. At the ends of an axis the weights of points beyond it are dropped
/// and the rest renormalised; a target beyond the source cells has no weight at all.
template <class Weights>
AxisWeights stencil_weights(const PointAxis& from, const std::vector<double>& to, const Weights& weights_at)
{
    AxisWeights result;
    for (const double x : to) {
        const AxisPosition at = from.locate(x);
        if (at.inside) {
            const StencilWeights w = weights_at(at.t);
            double sum = 0;
            for (Index k = 0; k < 4; ++k)
                if (from.wrapped(at.left + k - 1) >= 0) sum += w[static_cast<std::size_t>(k)];
            for (Index k = 0; k < 4; ++k) {
                const Index point = from.wrapped(at.left + k - 1);
                const double weight = w[static_cast<std::size_t>(k)];
                if (point < 0) continue;
                // Nearest alone can lose all of its weight, to the end point that it then takes.
                if (sum == 0 && (k == 1 || k == 2)) result.add(point, 1.0);
                if (sum != 0 && weight != 0) result.add(point, weight / sum);
            }
        }
        result.close();
    }
    return result;
}

template <class Weights>
AxisWeights row_stencils(const Grid& from, const Grid& to, const Weights& weights_at)
{
    return stencil_weights(PointAxis(from.lat_edges, true, false), value_points(to.lat_edges, true), weights_at);
}

template <class Weights>
AxisWeights col_stencils(const Grid& from, const Grid& to, const Weights& weights_at)
{
    return stencil_weights(PointAxis(from.lon_edges, false, from.periodic()), value_points(to.lon_edges, false),
                           weights_at);
}

} // namespace gwsd::geo
