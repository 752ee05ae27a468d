#pragma once

#include <cmath>
#include <limits>
#include <numbers>
#include <vector>

#include "gwsd/geo/axis_weights.hpp"
#include "gwsd/geo/regridder.hpp"

namespace gwsd::geo {

/// sin(north) - sin(south) without the cancellation that the difference of two sines suffers in small cells.
inline double band_measure(double south, double north)
{
    constexpr double half_degree = std::numbers::pi / 360.0;
    return 2.0 * std::cos((south + north) * half_degree) * std::sin((north - south) * half_degree);
}

/// What target interval i shares with each source interval, by `measure(from, to)`. Both axes ascend; an axis with a
/// `period` above 0 goes on for ever. Overlaps below 1e-9 degrees are rounding of the edges, not area.
template <class Measure>
AxisWeights overlap_weights(const std::vector<double>& from, const std::vector<double>& to, double period,
                            const Measure& measure)
{
    AxisWeights weights;
    for (std::size_t i = 0; i + 1 < to.size(); ++i) {
        const double first = period > 0 ? std::floor((from.front() - to[i + 1]) / period) : 0,
                     last = period > 0 ? std::ceil((from.back() - to[i]) / period) : 0;
        for (double turn = first; turn <= last; ++turn) {
            const double a = to[i] + period * turn, b = to[i + 1] + period * turn;
            const auto after = std::upper_bound(from.begin(), from.end(), a);
            auto k = static_cast<std::size_t>(after == from.begin() ? 0 : after - from.begin() - 1);
            for (; k + 1 < from.size() && from[k] < b; ++k) {
                const double low = std::max(a, from[k]), high = std::min(b, from[k + 1]);
                if (high - low > 1e-9) weights.add(static_cast<Index>(k), measure(low, high));
            }
        }
        weights.close();
    }
    return weights;
}

inline AxisWeights overlapping_rows(const Grid& from, const Grid& to)
{
    return overlap_weights(from.lat_edges, to.lat_edges, 0.0, band_measure);
}

inline AxisWeights overlapping_cols(const Grid& from, const Grid& to)
{
    return overlap_weights(from.lon_edges, to.lon_edges, 360.0, [](double west, double east) { return east - west; });
}

/// First-order conservative regridding (Jones 1999). On latitude-longitude cells the overlap area of two cells is a
/// product of a band of latitude, sin(north) - sin(south), and a span of longitude, so weights are kept by axis.
class ConservativeRegridder : public Regridder {
public:
    ConservativeRegridder(const Grid& from, const Grid& to)
        : from_(from), to_(to), rows_(overlapping_rows(from, to)), cols_(overlapping_cols(from, to))
    {
        for (Index row = 0; row < to.rows(); ++row) {
            const auto i = static_cast<std::size_t>(row);
            band_.push_back(band_measure(to.lat_edges[i], to.lat_edges[i + 1]));
        }
        for (std::size_t i = 0; i + 1 < to.lon_edges.size(); ++i)
            width_.push_back(to.lon_edges[i + 1] - to.lon_edges[i]);
    }

    void apply(std::span<const float> in, std::span<float> out, double min_valid_fraction = 0) const override
    {
        check_cells("conservative", from_, in.size(), to_, out.size());
        const auto finish = [&](Index row, Index col, double sum, double area) {
            const double whole = band_[static_cast<std::size_t>(row)] * width_[static_cast<std::size_t>(col)];
            // The tolerance lets a fully valid cell pass a fraction of 1 in spite of rounding.
            const bool valid = area > 0 && area >= (min_valid_fraction - 1e-9) * whole;
            return valid ? sum / area : std::numeric_limits<double>::quiet_NaN();
        };
        apply_separable<float>(rows_, cols_, from_.cols(), in, out, finish);
    }

private:
    Grid from_, to_;
    AxisWeights rows_, cols_;
    std::vector<double> band_, width_;
};

} // namespace gwsd::geo
