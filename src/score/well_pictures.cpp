#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/data/world/relief.hpp"
#include "gwsd/score/map.hpp"
#include "gwsd/score/plot.hpp"
#include "score/text.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

namespace {

/// First cell and number of cells of `edges` that cover `low` to `high` with a margin of one degree.
std::pair<Index, Index> cut(const std::vector<double>& edges, double low, double high)
{
    Index first = 0, last = std::ssize(edges) - 2;
    while (first < last && edges[static_cast<std::size_t>(first + 1)] < low - 1) ++first;
    while (last > first && edges[static_cast<std::size_t>(last)] > high + 1) --last;
    return {first, last - first + 1};
}

/// The sea level of the relief that ships with gwsd, as the contour at one half.
Coast coast_of(const geo::Region& region)
{
    Coast coast{geo::regular_grid(0.125, {region.west - 0.5, std::max(-90.0, region.south - 0.5), region.east + 0.5,
                                          std::min(90.0, region.north + 0.5)}),
                {}};
    const auto& relief = data::world::Relief::earth();
    for (Index row = 0; row < coast.grid.rows(); ++row)
        for (Index col = 0; col < coast.grid.cols(); ++col)
            coast.land_fraction.push_back(
                0.5F + std::clamp(relief.elevation(coast.grid.lat(row), coast.grid.lon(col)) / 100, -0.5F, 0.5F));
    return coast;
}

} // namespace

Image wells_map(const WellComparison& comparison)
{
    const geo::Grid& grid = comparison.field.grid;
    const WellVariant& variant = comparison.variants.front();
    geo::Region box{1e9, 1e9, -1e9, -1e9};
    for (const WellCell& cell : comparison.field.cells) {
        const double lon = grid.lon(cell.col), lat = grid.lat(cell.row);
        box = {std::min(box.west, lon), std::min(box.south, lat), std::max(box.east, lon), std::max(box.north, lat)};
    }
    const auto [row, rows] = cut(grid.lat_edges, box.south, box.north);
    const auto [col, cols] = cut(grid.lon_edges, box.west, box.east);
    const geo::Grid part{{grid.lat_edges.begin() + row, grid.lat_edges.begin() + row + rows + 1},
                         {grid.lon_edges.begin() + col, grid.lon_edges.begin() + col + cols + 1}};
    std::vector<float> field(static_cast<std::size_t>(rows * cols), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t c = 0; c < comparison.field.cells.size(); ++c) {
        const WellCell& cell = comparison.field.cells[c];
        field[static_cast<std::size_t>((cell.row - row) * cols + cell.col - col)] =
            static_cast<float>(variant.cell_scores[c].r);
    }
    const Coast coast = coast_of(part.bounds());
    return draw_map(part, field,
                    {.title = "r of wells and field", .unit = "r", .palette = Palette::diverging, .low = -1, .high = 1},
                    &coast);
}

Image wells_series(const WellComparison& comparison)
{
    std::vector<Image> plots;
    for (const WellVariant& v : comparison.variants) {
        Curve wells{"wells", {}, {}, curve_color(2)}, field{"field", {}, {}, curve_color(1)};
        for (std::size_t i = 0; i < v.region.months.size(); ++i) {
            const geo::Month month = v.region.months[i];
            const bool gap = i > 0 && month.index > v.region.months[i - 1].index + 1;
            if (gap)
                for (Curve* curve : {&wells, &field})
                    curve->x.push_back(curve->x.back()), curve->y.push_back(not_defined);
            const double year = 2000 + middle_of(month);
            wells.x.push_back(year), field.x.push_back(year);
            wells.y.push_back(v.region.wells[i]), field.y.push_back(v.region.field[i]);
        }
        plots.push_back(draw_plot({wells, field}, {.title = v.name + ", r = " + fixed_text(v.score.r, 3),
                                                   .y_label = v.unit == "sd" ? "standard deviations" : v.unit,
                                                   .width = 760,
                                                   .height = 320}));
    }
    return panels(plots, 1, "");
}

} // namespace gwsd::score
