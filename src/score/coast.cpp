#include "score/coast.hpp"

#include <array>
#include <cmath>

namespace gwsd::score {

void for_each_coast_segment(const Coast& coast, const std::function<void(double, double, double, double)>& segment)
{
    const geo::Grid& grid = coast.grid;
    const Index rows = grid.rows(), cols = grid.cols();
    const auto value = [&](Index row, Index col) {
        const float v = coast.land_fraction[static_cast<std::size_t>(row * cols + col)];
        return std::isfinite(v) ? static_cast<double>(v) : 0.0;
    };
    struct Point {
        double lon, lat;
    };
    for (Index row = 0; row + 1 < rows; ++row)
        for (Index col = 0; col + 1 < cols; ++col) {
            // Corners counter-clockwise from the south-west; each edge joins a corner with the next.
            const std::array<double, 4> v{value(row, col), value(row, col + 1), value(row + 1, col + 1),
                                          value(row + 1, col)};
            const std::array<Point, 4> at{{{grid.lon(col), grid.lat(row)},
                                           {grid.lon(col + 1), grid.lat(row)},
                                           {grid.lon(col + 1), grid.lat(row + 1)},
                                           {grid.lon(col), grid.lat(row + 1)}}};
            std::array<Point, 4> crossing{};
            std::size_t crossings = 0;
            for (std::size_t k = 0; k < 4; ++k) {
                const std::size_t next = (k + 1) % 4;
                if ((v[k] >= 0.5) == (v[next] >= 0.5)) continue;
                const double f = (0.5 - v[k]) / (v[next] - v[k]);
                crossing[crossings++] = {at[k].lon + f * (at[next].lon - at[k].lon),
                                         at[k].lat + f * (at[next].lat - at[k].lat)};
            }
            for (std::size_t k = 0; k + 1 < crossings; k += 2)
                segment(crossing[k].lon, crossing[k].lat, crossing[k + 1].lon, crossing[k + 1].lat);
        }
}

} // namespace gwsd::score
