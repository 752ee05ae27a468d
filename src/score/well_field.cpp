#include "score/well_field.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/io/series.hpp"
#include "gwsd/io/units.hpp"
#include "score/prediction_file.hpp"

namespace gwsd::score {

namespace {

/// Position of the cell whose edges hold `value`, or -1.
Index locate(const std::vector<double>& edges, double value)
{
    if (!(value >= edges.front()) || !(value <= edges.back())) return -1;
    const auto next = std::upper_bound(edges.begin(), edges.end(), value);
    return std::min<Index>(next - edges.begin() - 1, std::ssize(edges) - 2);
}

/// Longitudes of wells may be a turn away from those of the grid.
Index column_of(const geo::Grid& grid, double lon)
{
    for (const double turn : {0.0, -360.0, 360.0})
        if (const Index col = locate(grid.lon_edges, lon + turn); col >= 0) return col;
    return -1;
}

void place_wells(const WellTable& table, WellField& field)
{
    std::map<std::pair<Index, Index>, std::size_t> known;
    for (std::size_t w = 0; w < table.wells.size(); ++w) {
        const Index row = locate(field.grid.lat_edges, table.wells[w].lat),
                    col = column_of(field.grid, table.wells[w].lon);
        if (row < 0 || col < 0) {
            ++field.outside;
            continue;
        }
        const auto [found, added] = known.try_emplace({row, col}, field.cells.size());
        if (added) field.cells.push_back({row, col, field.grid.area(row, col), {}, {}});
        field.cells[found->second].wells.push_back(w);
    }
}

/// Factor to mm; 1 for a dimensionless field.
double to_water(const std::string& unit, const std::string& where, WellField& field)
{
    if (const auto factor = unit_factor(unit, "mm")) {
        field.unit = "mm";
        return *factor;
    }
    if (!io::is_dimensionless(unit))
        throw DataError(where + " has units '" + unit + "'; expected a height of water such as mm, or a pure number");
    field.unit = unit, field.is_water = false;
    return 1;
}

WellField csv_field(const WellsOptions& options, const WellTable& table)
{
    WellField field;
    field.gridded = false;
    std::string column;
    MonthlySeries series = read_csv_series(options.field, column);
    const double factor = to_water(options.field_unit, "--field-unit: the series '" + column + "'", field);
    for (auto& [month, value] : series) value *= factor;
    field.description = "the series '" + column + "' of " + options.field;
    geo::Region bounds{360, 90, -360, -90};
    for (const Well& well : table.wells)
        bounds = {std::min(bounds.west, well.lon), std::min(bounds.south, well.lat), std::max(bounds.east, well.lon),
                  std::max(bounds.north, well.lat)};
    field.grid = geo::regular_grid(options.cell, {bounds.west - 1e-3, std::max(-90.0, bounds.south - 1e-3),
                                                  bounds.east + 1e-3, std::min(90.0, bounds.north + 1e-3)});
    place_wells(table, field);
    for (WellCell& cell : field.cells) cell.field = series;
    return field;
}

WellField gridded_field(const WellsOptions& options, const WellTable& table)
{
    io::SeriesOptions how;
    how.quantity = "gwsa";
    const auto series = io::open_series({options.field}, how);
    WellField field;
    const std::string where = options.field + ": variable '" + series->name() + "'";
    if (!series->has_time()) throw DataError(where + " has no time; wells need a series of months");
    const double factor = to_water(series->unit(), where, field);
    field.description = "'" + series->name() + "' of " + options.field;
    if (series->is_total_water_storage()) field.description += " (total water storage)";
    field.grid = series->grid();
    place_wells(table, field);
    const geo::TimeAxis& axis = series->time();
    std::vector<std::map<geo::Month, std::pair<double, int>>> sums(field.cells.size()); // weeks are averaged
    std::vector<float> values(static_cast<std::size_t>(field.grid.cells()));
    Progress progress("reading", axis.size());
    for (Index t = 0; t < axis.size(); ++t) {
        progress.update(t, axis.label(t));
        series->read(t, values);
        const geo::Month month = axis.month(t);
        for (std::size_t c = 0; c < field.cells.size(); ++c) {
            const Index at = field.cells[c].row * field.grid.cols() + field.cells[c].col;
            const double value = factor * static_cast<double>(values[static_cast<std::size_t>(at)]);
            if (!std::isfinite(value)) continue;
            auto& [sum, count] = sums[c][month];
            sum += value, ++count;
        }
    }
    for (std::size_t c = 0; c < field.cells.size(); ++c)
        for (const auto& [month, sum] : sums[c]) field.cells[c].field[month] = sum.first / sum.second;
    std::erase_if(field.cells, [&field](const WellCell& cell) {
        if (!cell.field.empty()) return false;
        field.without_value += std::ssize(cell.wells);
        return true;
    });
    return field;
}

} // namespace

WellField read_well_field(const WellsOptions& options, const WellTable& table)
{
    WellField field = is_csv(options.field) ? csv_field(options, table) : gridded_field(options, table);
    if (field.cells.empty())
        throw DataError(options.field + ": none of the " + std::to_string(table.wells.size()) +
                        " wells lies where it has values (" + std::to_string(field.outside) + " outside its grid, " +
                        std::to_string(field.without_value) + " in cells without any); are latitude and longitude of " +
                        options.sites + " exchanged?");
    return field;
}

} // namespace gwsd::score
