#include "gwsd/score/basins.hpp"

#include <cmath>
#include <memory>
#include <optional>

#include "gwsd/core/error.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/geo/regridder.hpp"
#include "gwsd/geo/shape_cells.hpp"
#include "gwsd/io/field_description.hpp"
#include "gwsd/io/series.hpp"
#include "gwsd/io/shapes.hpp"
#include "gwsd/score/correlated_mean.hpp"
#include "gwsd/score/cycle.hpp"
#include "gwsd/score/moments.hpp"
#include "score/text.hpp"

namespace gwsd::score {
namespace {

/// A polygon on the grid of the field.
struct Basin {
    BasinSeries series;
    double area = 0; ///< m2, of the whole polygon
    std::vector<geo::CellShare> cells;
    std::optional<CorrelatedMean> errors;

    void add(std::span<const float> value, std::span<const float> sigma, double min_valid_fraction)
    {
        std::vector<double> weights, sigmas;
        double sum = 0, valid = 0;
        for (const geo::CellShare& share : cells) {
            const auto i = static_cast<std::size_t>(share.cell);
            const bool counts = !std::isnan(value[i]);
            weights.push_back(counts ? share.area : 0.0);
            if (!sigma.empty()) sigmas.push_back(static_cast<double>(sigma[i]));
            if (!counts) continue;
            sum += share.area * static_cast<double>(value[i]);
            valid += share.area;
        }
        const double fraction = std::min(1.0, valid / area);
        const bool enough = valid > 0 && fraction >= min_valid_fraction - 1e-9;
        series.value.push_back(enough ? sum / valid : not_defined);
        series.valid_fraction.push_back(fraction);
        series.standard_error.push_back(enough && errors ? errors->standard_error(weights, sigmas) : not_defined);
    }

    void finish(const geo::TimeAxis& time)
    {
        std::vector<geo::Month> months;
        for (Index t = 0; t < time.size(); ++t) months.push_back(time.month(t));
        const Trend trend = fit_trend(months, series.value);
        series.trend = trend.per_year;
        series.trend_standard_error = trend.standard_error;
    }
};

std::vector<Basin> basins_on(const geo::Grid& grid, const BasinsOptions& options, bool has_error, BasinMeans& means)
{
    std::vector<Basin> basins;
    for (const geo::Polygon& shape : io::read_shapes(options.shapes, options.name_field)) {
        Basin basin;
        basin.series.name = shape.name;
        basin.area = geo::shape_area(shape);
        basin.series.area_km2 = basin.area / 1e6;
        basin.cells = geo::cells_of(shape, grid);
        if (basin.cells.empty()) {
            means.outside.push_back(shape.name);
            continue;
        }
        if (has_error) {
            std::vector<Place> places;
            for (const geo::CellShare& share : basin.cells)
                places.push_back({grid.lat(share.cell / grid.cols()), grid.lon(share.cell % grid.cols())});
            basin.errors.emplace(places, options.correlation_km);
        }
        basins.push_back(std::move(basin));
    }
    if (basins.empty())
        throw DataError(options.shapes + ": none of its " + std::to_string(means.outside.size()) +
                        " polygons touches the field (" + geo::bounds_text(grid) + ")");
    return basins;
}

std::string quoted(const std::string& text)
{
    if (text.find_first_of(",\"\r\n") == std::string::npos) return text;
    std::string out = "\"";
    for (const char c : text) out.append(c == '"' ? 2 : 1, c);
    return out + "\"";
}

} // namespace

BasinMeans basin_means(const BasinsOptions& options)
{
    if (options.field.empty()) throw InputMissing("no field is given");
    const io::FieldDescription field = io::describe_field(options.field.front(), options.variable);
    const auto value = io::open_series(options.field, {.variable = field.name});
    const auto sigma = field.sigma.empty()
                           ? nullptr
                           : io::open_series(options.field, {.variable = field.name, .companion_sigma = true});
    if (!value->has_time())
        throw DataError(options.field.front() + ": '" + field.name + "' has no time; a series needs one");

    BasinMeans means;
    means.name = field.short_name();
    means.unit = value->unit();
    means.time = value->time();
    means.has_error = sigma != nullptr;
    std::vector<Basin> basins = basins_on(value->grid(), options, means.has_error, means);
    std::vector<float> values(static_cast<std::size_t>(value->grid().cells())), sigmas(sigma ? values.size() : 0);
    Progress progress("averaging over " + std::to_string(basins.size()) + " polygons", means.time.size());
    for (Index t = 0; t < means.time.size(); ++t) {
        value->read(t, values);
        if (sigma) sigma->read(t, sigmas);
        for (Basin& basin : basins) basin.add(values, sigmas, options.min_valid_fraction);
        progress.update(t + 1, means.time.label(t));
    }
    for (Basin& basin : basins) {
        basin.finish(means.time);
        means.basins.push_back(std::move(basin.series));
    }
    return means;
}

std::string basins_csv(const BasinMeans& means)
{
    std::string text = "polygon,time,value,standard_error,valid_fraction,trend_per_year,trend_standard_error\n";
    for (const BasinSeries& basin : means.basins) {
        const std::string name = quoted(basin.name),
                          trend = exact_text(basin.trend) + "," + exact_text(basin.trend_standard_error);
        for (Index t = 0; t < means.time.size(); ++t) {
            const auto i = static_cast<std::size_t>(t);
            text += name + "," + means.time.label(t) + "," + exact_text(basin.value[i]) + "," +
                    exact_text(basin.standard_error[i]) + "," + fixed_text(basin.valid_fraction[i], 4) + "," + trend +
                    "\n";
        }
    }
    return text;
}

} // namespace gwsd::score
