#pragma once

#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"
#include "gwsd/score/colormap.hpp"
#include "gwsd/score/image.hpp"

namespace gwsd::score {

/// A map of one field, rows * cols values south to north, NaN where there are no data (grey).
struct MapSpec {
    std::string title = "", unit = "";
    Palette palette = Palette::diverging;
    double low = 0, high = 0; ///< colour range; low == high: from the data, see robust_range
    int width = 560;          ///< pixels of the map itself, at most; small regions use whole pixels a cell
};

/// Land outline: the contour at 0.5 of a land fraction on any grid that covers the map.
struct Coast {
    geo::Grid grid;
    std::vector<float> land_fraction;
};

/// Colour range that shows a field: symmetric about zero for diverging palettes, from zero for sequential ones; the
/// outer 1 % of values is cut off and the end is rounded to 1, 1.5, 2, 3, 4, 5, 6 or 8 times a power of ten.
std::pair<double, double> robust_range(Palette palette, const std::vector<std::span<const float>>& fields);

/// The map with frame, coordinates, colour bar, title and coast; proportions are true at the middle latitude.
Image draw_map(const geo::Grid& grid, std::span<const float> field, const MapSpec& spec, const Coast* coast = nullptr);

/// Pictures in rows, left to right, top to bottom, under a heading.
Image panels(const std::vector<Image>& pictures, int per_row, const std::string& heading);

/// Tick positions at round values within [low, high], about `wanted` of them.
std::vector<double> ticks(double low, double high, int wanted);

/// "12.5", "-3", "1e-06": the shortest text that tells ticks apart, independent of the locale.
std::string number_text(double value, double step);

} // namespace gwsd::score
