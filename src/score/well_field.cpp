#include "score/well_field.hpp"

#include <algorithm>

#include "gwsd/core/error.hpp"
#include "score/well_source.hpp"

namespace gwsd::score {

namespace {

/// Cells of `degrees` over all wells, beside a CSV series that has no grid.
geo::Grid grid_over(const WellTable& table, double degrees)
{
    geo::Region bounds{360, 90, -360, -90};
    for (const Well& well : table.wells)
        bounds = {std::min(bounds.west, well.lon), std::min(bounds.south, well.lat), std::max(bounds.east, well.lon),
                  std::max(bounds.north, well.lat)};
    return geo::regular_grid(degrees, {bounds.west - 1e-3, std::max(-90.0, bounds.south - 1e-3), bounds.east + 1e-3,
                                       std::min(90.0, bounds.north + 1e-3)});
}

void place_wells(const WellTable& table, WellField& field)
{
    std::map<Index, std::size_t> known;
    for (std::size_t w = 0; w < table.wells.size(); ++w) {
        const Index at = cell_at(field.grid, table.wells[w].lat, table.wells[w].lon);
        if (at < 0) {
            ++field.outside;
            continue;
        }
        const Index row = at / field.grid.cols(), col = at % field.grid.cols();
        const auto [found, added] = known.try_emplace(at, field.cells.size());
        if (added) field.cells.push_back({row, col, field.grid.area(row, col), {}, {}});
        field.cells[found->second].wells.push_back(w);
    }
}

WellField field_of(const FieldSource& source)
{
    WellField field;
    field.description = source.description, field.unit = source.unit;
    field.gridded = source.gridded(), field.is_water = source.is_water;
    return field;
}

void keep_months_of(MonthlySeries& series, const MonthlySeries& other)
{
    std::erase_if(series, [&other](const auto& value) { return !other.contains(value.first); });
}

std::string kind_of(const WellField& field)
{
    return field.is_water ? "water in mm" : "a pure number with units '" + field.unit + "'";
}

} // namespace

WellField read_well_field(const WellsOptions& options, const WellTable& table)
{
    const FieldSource source = open_source(options.field, options.field_unit);
    WellField field = field_of(source);
    field.grid = source.gridded() ? source.series->grid() : grid_over(table, options.cell);
    place_wells(table, field);
    std::vector<Index> places;
    for (const WellCell& cell : field.cells) places.push_back(cell.row * field.grid.cols() + cell.col);
    const auto series = source.read(places);
    for (std::size_t c = 0; c < field.cells.size(); ++c) field.cells[c].field = series[c];
    std::erase_if(field.cells, [&field](const WellCell& cell) {
        if (!cell.field.empty()) return false;
        field.without_value += std::ssize(cell.wells);
        return true;
    });
    if (field.cells.empty())
        throw DataError(options.field + ": none of the " + std::to_string(table.wells.size()) +
                        " wells lies where it has values (" + std::to_string(field.outside) + " outside its grid, " +
                        std::to_string(field.without_value) + " in cells without any); are latitude and longitude of " +
                        options.sites + " exchanged?");
    return field;
}

WellField read_coarse_field(const WellsOptions& options, WellField& field)
{
    const FieldSource source = open_source(options.coarse, options.field_unit);
    WellField coarse = field_of(source);
    if (coarse.is_water != field.is_water)
        throw DataError("--coarse " + options.coarse + ": '" + coarse.description + "' is " + kind_of(coarse) +
                        ", but the field, " + field.description + ", is " + kind_of(field) +
                        "; give the product that the field was refined from, or another variable as FILE:VARIABLE");
    coarse.grid = field.grid, coarse.cells = field.cells;
    std::vector<Index> places;
    for (const WellCell& cell : field.cells)
        places.push_back(source.cell_at(field.grid.lat(cell.row), field.grid.lon(cell.col)));
    auto series = source.read(places);
    for (std::size_t c = 0; c < field.cells.size(); ++c) {
        keep_months_of(series[c], field.cells[c].field);
        keep_months_of(field.cells[c].field, series[c]);
        coarse.cells[c].field = std::move(series[c]);
    }
    const auto empty = [](const WellCell& cell) { return cell.field.empty(); };
    for (const WellCell& cell : field.cells)
        if (empty(cell)) field.without_coarse += std::ssize(cell.wells);
    std::erase_if(field.cells, empty);
    std::erase_if(coarse.cells, empty);
    if (field.cells.empty())
        throw DataError("--coarse " + options.coarse + ": " + coarse.description +
                        " shares no month and place of wells with " + field.description +
                        "; expected the product that the field was refined from, over the same region and months");
    return coarse;
}

} // namespace gwsd::score
