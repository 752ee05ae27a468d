#pragma once

#include <algorithm>
#include <array>
#include <cmath>

#include "gwsd/score/plot.hpp"

namespace gwsd::score {

/// Where the values of an axis lie on the picture.
struct Axis {
    double low, high; ///< logarithms of the ends on a logarithmic axis
    bool log, reverse;
    int from, to; ///< pixels

    double position(double value) const
    {
        const double v = log ? std::log10(value) : value, f = (v - low) / (high - low);
        return from + (reverse ? 1 - f : f) * (to - from);
    }
    bool shows(double value) const { return std::isfinite(value) && (!log || value > 0); }
};

/// A frame that lines and areas are clipped to, since they are drawn into a picture of their own.
class Panel {
public:
    Panel(Image& image, const Axis& x, const Axis& y) : image_(image), x_(x), y_(y) {}

    void fill(int px, double y0, double y1, Color color, double weight)
    {
        if (px < x_.from || px > x_.to) return;
        const double top = std::max<double>(std::min(y0, y1), y_.to),
                     bottom = std::min<double>(std::max(y0, y1), y_.from);
        for (int py = static_cast<int>(std::ceil(top)); py <= bottom; ++py) image_.blend(px, py, color, weight);
    }

    /// A line of pixels, clipped by Liang and Barsky's rule.
    void line(double x0, double y0, double x1, double y1, Color color, double thickness)
    {
        double t0 = 0, t1 = 1;
        const double dx = x1 - x0, dy = y1 - y0;
        const std::array<double, 4> p{-dx, dx, -dy, dy};
        const std::array<double, 4> q{x0 - x_.from, x_.to - x0, y0 - y_.to, y_.from - y0};
        for (std::size_t k = 0; k < 4; ++k) {
            if (p[k] == 0) {
                if (q[k] < 0) return;
                continue;
            }
            const double r = q[k] / p[k];
            if (p[k] < 0)
                t0 = std::max(t0, r);
            else
                t1 = std::min(t1, r);
        }
        if (t0 <= t1) image_.line(x0 + t0 * dx, y0 + t0 * dy, x0 + t1 * dx, y0 + t1 * dy, color, thickness);
    }

    void curve(const Curve& curve)
    {
        double travelled = 0;
        for (std::size_t i = 0; i < curve.x.size(); ++i) {
            if (!x_.shows(curve.x[i]) || !y_.shows(curve.y[i])) continue;
            const double px = x_.position(curve.x[i]), py = y_.position(curve.y[i]);
            if (curve.markers) line(px, py, px + 0.01, py, curve.color, curve.thickness + 4);
            if (i == 0 || !x_.shows(curve.x[i - 1]) || !y_.shows(curve.y[i - 1])) continue;
            const double qx = x_.position(curve.x[i - 1]), qy = y_.position(curve.y[i - 1]);
            if (!curve.dashed) {
                line(qx, qy, px, py, curve.color, curve.thickness);
                continue;
            }
            const double length = std::hypot(px - qx, py - qy);
            for (double s = -std::fmod(travelled, 10.0); s < length; s += 10) {
                const double a = std::max(0.0, s) / length, b = std::clamp((s + 6) / length, 0.0, 1.0);
                if (b > a)
                    line(qx + a * (px - qx), qy + a * (py - qy), qx + b * (px - qx), qy + b * (py - qy), curve.color,
                         curve.thickness);
            }
            travelled += length;
        }
    }

    void band(const Band& band)
    {
        for (std::size_t i = 1; i < band.x.size(); ++i) {
            if (!std::isfinite(band.low[i - 1] + band.high[i - 1] + band.low[i] + band.high[i])) continue;
            const double from = x_.position(band.x[i - 1]), to = x_.position(band.x[i]);
            const double first = std::ceil(std::min(from, to)), last = std::max(from, to);
            for (double px = first; px < last; ++px) {
                const double f = (px - from) / (to - from);
                fill(static_cast<int>(px), y_.position(band.low[i - 1] + f * (band.low[i] - band.low[i - 1])),
                     y_.position(band.high[i - 1] + f * (band.high[i] - band.high[i - 1])), band.color, 0.25);
            }
        }
    }

    void columns(const Columns& columns)
    {
        for (std::size_t i = 0; i < columns.heights.size(); ++i) {
            if (!y_.shows(columns.heights[i])) continue;
            const double from = x_.position(columns.edges[i]), to = x_.position(columns.edges[i + 1]);
            for (int px = static_cast<int>(std::ceil(std::min(from, to))) + 1; px < std::max(from, to); ++px)
                fill(px, y_.position(columns.heights[i]), y_.from, columns.color, 0.35);
        }
    }

private:
    Image& image_;
    const Axis &x_, &y_;
};

} // namespace gwsd::score
