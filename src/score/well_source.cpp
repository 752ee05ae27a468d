#include "score/well_source.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/core/progress.hpp"
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

/// Sets unit and factor: a height of water becomes mm, a pure number stays.
void understand_unit(const std::string& unit, const std::string& where, FieldSource& source)
{
    if (const auto factor = unit_factor(unit, "mm")) {
        source.unit = "mm", source.factor = *factor;
        return;
    }
    if (!io::is_dimensionless(unit))
        throw DataError(where + " has units '" + unit + "'; expected a height of water such as mm, or a pure number");
    source.unit = unit, source.is_water = false;
}

} // namespace

Index cell_at(const geo::Grid& grid, double lat, double lon)
{
    const Index row = locate(grid.lat_edges, lat);
    for (const double turn : {0.0, -360.0, 360.0})
        if (const Index col = locate(grid.lon_edges, lon + turn); row >= 0 && col >= 0) return row * grid.cols() + col;
    return -1;
}

Index FieldSource::cell_at(double lat, double lon) const
{
    return gridded() ? score::cell_at(series->grid(), lat, lon) : 0;
}

std::vector<MonthlySeries> FieldSource::read(const std::vector<Index>& cells) const
{
    if (!gridded()) return std::vector<MonthlySeries>(cells.size(), everywhere);
    const geo::TimeAxis& axis = series->time();
    std::vector<std::map<geo::Month, std::pair<double, int>>> sums(cells.size());
    std::vector<float> values(static_cast<std::size_t>(series->grid().cells()));
    Progress progress("reading", axis.size());
    for (Index t = 0; t < axis.size(); ++t) {
        progress.update(t, axis.label(t));
        series->read(t, values);
        const geo::Month month = axis.month(t);
        for (std::size_t c = 0; c < cells.size(); ++c) {
            if (cells[c] < 0) continue;
            const double value = factor * static_cast<double>(values[static_cast<std::size_t>(cells[c])]);
            if (!std::isfinite(value)) continue;
            auto& [sum, count] = sums[c][month];
            sum += value, ++count;
        }
    }
    std::vector<MonthlySeries> result(cells.size());
    for (std::size_t c = 0; c < cells.size(); ++c)
        for (const auto& [month, sum] : sums[c]) result[c][month] = sum.first / sum.second;
    return result;
}

FieldSource open_source(const std::string& text, const std::string& csv_unit)
{
    FieldSource source;
    if (is_csv(text)) {
        std::string column;
        source.everywhere = read_csv_series(text, column);
        understand_unit(csv_unit, "--field-unit: the series '" + column + "'", source);
        for (auto& [month, value] : source.everywhere) value *= source.factor;
        source.description = "the series '" + column + "' of " + text;
        return source;
    }
    io::SeriesOptions how;
    how.quantity = "gwsa";
    source.series = io::open_series({text}, how);
    const std::string where = text + ": variable '" + source.series->name() + "'";
    if (!source.series->has_time()) throw DataError(where + " has no time; wells need a series of months");
    understand_unit(source.series->unit(), where, source);
    source.description = "'" + source.series->name() + "' of " + text;
    if (source.series->is_total_water_storage()) source.description += " (total water storage)";
    return source;
}

} // namespace gwsd::score
