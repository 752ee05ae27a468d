#include "io/inspect_field.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/error.hpp"
#include "io/file_series.hpp"
#include "io/quantity.hpp"

namespace gwsd::io {
namespace {

/// Nodes lie on multiples of the step, cell centres half-way between.
std::string registration(const geo::Grid& grid, double lat_step, double lon_step)
{
    const auto part = [](double centre, double step) {
        const double place = centre / step;
        return std::abs(place - std::floor(place) - 0.5) * 2; // 0: half-way, 1: on a multiple
    };
    const Index row = grid.rows() > 2 ? 1 : 0; // the first row may be half a cell at a pole
    const double lat = part(grid.lat(row), lat_step), lon = part(grid.lon(0), lon_step);
    const auto is = [](double value, double wanted) { return std::abs(value - wanted) < 0.05; };
    if (is(lat, 0) && is(lon, 0)) return "cell";
    if (is(lat, 1) && is(lon, 1)) return "node";
    return "offset";
}

} // namespace

void describe_grid(const geo::Grid& grid, FieldReport& report)
{
    report.rows = grid.rows();
    report.cols = grid.cols();
    const Index middle = grid.rows() / 2;
    report.lat_step = grid.rows() > 2 ? grid.lat(middle) - grid.lat(middle - 1) : grid.lat_edges[1] - grid.lat_edges[0];
    report.lon_step = (grid.lon_edges.back() - grid.lon_edges.front()) / static_cast<double>(grid.cols());
    report.registration = registration(grid, report.lat_step, report.lon_step);
    report.extent = grid.bounds();
    report.global = grid.periodic();
}

void describe_time(const geo::TimeAxis& axis, bool has_time, FieldReport& report)
{
    report.steps = axis.size();
    report.time = !has_time ? "static" : axis.monthly ? "months" : "instants";
    if (!has_time) return;
    report.first = axis.label(0);
    report.last = axis.label(axis.size() - 1);
    for (std::size_t t = 1; axis.monthly && t < axis.steps.size(); ++t)
        for (auto month = axis.steps[t - 1] + 1; month < axis.steps[t]; ++month)
            report.absent.push_back(geo::to_string(geo::Month{static_cast<int>(month)}));
}

void describe_values(const geo::Grid& grid, Index steps, std::int64_t most_values,
                     const std::function<void(Index, std::span<float>)>& read, FieldReport& report)
{
    const Index cells = grid.cells(), wanted = std::clamp<Index>(most_values / std::max<Index>(1, cells), 1, steps);
    std::vector<float> values(static_cast<std::size_t>(cells));
    double sum = 0, weight = 0;
    std::int64_t missing = 0;
    report.minimum = std::numeric_limits<double>::infinity();
    report.maximum = -report.minimum;
    for (Index k = 0; k < wanted; ++k) {
        read(wanted == 1 ? 0 : k * (steps - 1) / (wanted - 1), values);
        const float* value = values.data();
        for (Index row = 0; row < grid.rows(); ++row) {
            const double area = grid.row_weight(row);
            for (Index col = 0; col < grid.cols(); ++col, ++value) {
                if (std::isnan(*value)) {
                    ++missing;
                    continue;
                }
                const auto number = static_cast<double>(*value);
                report.minimum = std::min(report.minimum, number);
                report.maximum = std::max(report.maximum, number);
                sum += area * number;
                weight += area;
            }
        }
        ++report.steps_read;
    }
    report.missing_share = static_cast<double>(missing) / static_cast<double>(cells * wanted);
    report.mean = weight > 0 ? sum / weight : std::nan("");
    if (!(weight > 0)) report.minimum = report.maximum = std::nan("");
}

FieldReport inspect_field(const std::shared_ptr<InputFile>& file, std::size_t index, const InspectOptions& options)
{
    const InputField& field = file->fields()[index];
    FieldReport report;
    report.file = file->shown();
    report.name = field.name;
    report.quantity = recognise(field);
    report.long_name = field.text("long_name");
    report.file_unit = field.units();
    report.steps = std::ssize(field.steps);
    describe_grid(field.axes->grid, report);
    SeriesOptions wanted;
    wanted.quantity = report.quantity.empty() ? field.short_name() : report.quantity;
    wanted.variable = field.name;
    wanted.allow_remote = options.allow_remote;
    wanted.assume_units = options.assume_units;
    try {
        FileSeries series(file, index, wanted, Notes{&report.notes});
        const Quantity quantity = quantity_of(wanted.quantity);
        report.unit = series.unit();
        if (series.unit() == quantity.unit && quantity.kind != Quantity::Kind::storage) {
            report.plausible_low = quantity.low;
            report.plausible_high = quantity.high;
        }
        report.total_water_storage = series.is_total_water_storage();
        report.absolute = quantity.kind == Quantity::Kind::storage && series.is_absolute();
        report.baseline = quantity.kind == Quantity::Kind::storage ? series.baseline() : std::string();
        describe_time(series.time(), series.has_time(), report);
        describe_values(
            series.grid(), series.time().size(), options.most_values,
            [&](Index t, std::span<float> out) { series.read(t, out); }, report);
    } catch (const DataError& error) {
        report.problem = error.what();
    }
    // The name of the file stands above; notes repeat it.
    for (std::string& note : report.notes)
        if (const std::string before = report.file + ": "; note.rfind(before, 0) == 0) note.erase(0, before.size());
    return report;
}

} // namespace gwsd::io
