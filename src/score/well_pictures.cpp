#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>

#include "gwsd/data/world/relief.hpp"
#include "gwsd/score/map.hpp"
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

/// What a map shows: the cells around all wells, with a margin of one degree.
struct View {
    Index row, rows, col, cols;
    geo::Grid grid;
};

View view_of(const WellField& field)
{
    geo::Region box{1e9, 1e9, -1e9, -1e9};
    for (const WellCell& cell : field.cells) {
        const double lon = field.grid.lon(cell.col), lat = field.grid.lat(cell.row);
        box = {std::min(box.west, lon), std::min(box.south, lat), std::max(box.east, lon), std::max(box.north, lat)};
    }
    const auto [row, rows] = cut(field.grid.lat_edges, box.south, box.north);
    const auto [col, cols] = cut(field.grid.lon_edges, box.west, box.east);
    const auto part = [](const std::vector<double>& edges, Index first, Index count) {
        return std::vector<double>(edges.begin() + first, edges.begin() + first + count + 1);
    };
    return {row, rows, col, cols, {part(field.grid.lat_edges, row, rows), part(field.grid.lon_edges, col, cols)}};
}

std::vector<double> divided(double low, double high, int pieces)
{
    std::vector<double> edges;
    for (int i = 0; i <= pieces; ++i) edges.push_back(low + (high - low) * i / pieces);
    return edges;
}

/// Cells with a value each.
Image cells_map(const WellField& field, const View& view, const std::vector<double>& values, const MapSpec& spec,
                const Coast& coast)
{
    std::vector<float> shown(static_cast<std::size_t>(view.rows * view.cols), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t c = 0; c < field.cells.size(); ++c) {
        const Index at = (field.cells[c].row - view.row) * view.cols + field.cells[c].col - view.col;
        shown[static_cast<std::size_t>(at)] = static_cast<float>(values[c]);
    }
    return draw_map(view.grid, shown, spec, &coast);
}

/// Wells as discs: a field of one cell a pixel, in which the rim of a disc parts it from those below.
Image sites_map(const WellComparison& comparison, const View& view, const std::vector<double>& values,
                const MapSpec& spec, const Coast& coast)
{
    constexpr double radius = 5, rim = 1.2;
    const geo::Region region = view.grid.bounds();
    const double lat_span = region.north - region.south, lon_span = region.east - region.west;
    const double narrow = std::cos(0.5 * (region.south + region.north) * std::numbers::pi / 180);
    const double per_degree = std::min(spec.width / (lon_span * narrow), 520 / lat_span);
    const int rows = std::max(40, static_cast<int>(std::lround(lat_span * per_degree)));
    const int cols = std::max(40, static_cast<int>(std::lround(lon_span * narrow * per_degree)));
    const geo::Grid pixels{divided(region.south, region.north, rows), divided(region.west, region.east, cols)};
    std::vector<float> shown(static_cast<std::size_t>(pixels.cells()), std::numeric_limits<float>::quiet_NaN());
    for (std::size_t i = 0; i < values.size(); ++i) {
        if (!std::isfinite(values[i])) continue;
        const Well& well = comparison.table.wells[comparison.anomalies.members[i].well];
        double lon = well.lon; // which may be a turn away from the grid's
        while (lon < region.west) lon += 360;
        while (lon > region.east) lon -= 360;
        const double x = (lon - region.west) / lon_span * cols, y = (well.lat - region.south) / lat_span * rows;
        const int reach = static_cast<int>(radius + rim) + 1;
        for (int row = static_cast<int>(y) - reach; row <= static_cast<int>(y) + reach; ++row)
            for (int col = static_cast<int>(x) - reach; col <= static_cast<int>(x) + reach; ++col) {
                const double away = std::hypot(col + 0.5 - x, row + 0.5 - y);
                if (row < 0 || row >= rows || col < 0 || col >= cols || away > radius + rim) continue;
                shown[static_cast<std::size_t>(row * cols + col)] =
                    away > radius ? std::numeric_limits<float>::quiet_NaN() : static_cast<float>(values[i]);
            }
    }
    return draw_map(pixels, shown, spec, &coast);
}

} // namespace

Image wells_map(const WellComparison& comparison)
{
    const WellVariant& variant = comparison.variants.front();
    const View view = view_of(comparison.field);
    const Coast coast = coast_of(view.grid.bounds());
    std::vector<double> wells, cells;
    for (const auto& member : comparison.anomalies.members) wells.push_back(member.score.r);
    for (const PairScore& score : variant.cell_scores) cells.push_back(score.r);
    const auto spec = [](const std::string& title) {
        return MapSpec{.title = title, .unit = "r", .palette = Palette::diverging, .low = -1, .high = 1};
    };
    std::vector<Image> maps{
        sites_map(comparison, view, wells, spec("r of each well and the field"), coast),
        cells_map(comparison.field, view, cells, spec("r of a cell's mean well and the field"), coast)};
    if (comparison.coarse) {
        for (std::size_t i = 0; i < wells.size(); ++i) wells[i] -= comparison.coarse->anomalies.members[i].score.r;
        for (std::size_t c = 0; c < cells.size(); ++c) cells[c] = comparison.coarse->gains.front().cells[c][0].gain;
        const std::vector<float> all(wells.begin(), wells.end()); // both maps have one scale
        const auto [low, high] = robust_range(Palette::difference, {all});
        const auto gain = [low = low, high = high](const std::string& title) {
            return MapSpec{.title = title, .unit = "r", .palette = Palette::difference, .low = low, .high = high};
        };
        maps.push_back(sites_map(comparison, view, wells, gain("gain of r over coarse, wells"), coast));
        maps.push_back(cells_map(comparison.field, view, cells, gain("gain of r over coarse, cells"), coast));
    }
    return panels(maps, 2, "");
}

} // namespace gwsd::score
