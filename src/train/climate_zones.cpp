#include "gwsd/train/climate_zones.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/geo/calendar.hpp"

namespace gwsd::train {
namespace {

const std::string air_temperature = "t2m";

std::vector<Index> steps_in(const geo::TimeAxis& axis, const std::string& period)
{
    const geo::Period wanted = geo::Period::parse(period, "period of the climate zones");
    std::vector<Index> inside, all;
    for (Index t = 0; t < axis.size(); ++t) {
        all.push_back(t);
        if (wanted.contains(axis.day(t))) inside.push_back(t);
    }
    return inside.empty() ? all : inside;
}

/// Mean of a predictor over steps on the coarse grid, NaN where it is never known.
std::vector<double> climate_mean(const io::FieldSource& cube, const std::string& predictor,
                                 const std::vector<Index>& steps)
{
    std::vector<double> sum(static_cast<std::size_t>(cube.info().coarse.cells()), 0.0), count(sum.size(), 0.0);
    for (const Index t : steps) {
        const auto field = cube.field(predictor + "_coarse", t);
        for (std::size_t i = 0; i < sum.size(); ++i)
            if (std::isfinite((*field)[i])) sum[i] += static_cast<double>((*field)[i]), count[i] += 1;
    }
    for (std::size_t i = 0; i < sum.size(); ++i)
        sum[i] = count[i] > 0 ? sum[i] / count[i] : std::numeric_limits<double>::quiet_NaN();
    return sum;
}

/// 1 for coarse cells that hold a usable fine cell.
std::vector<char> coarse_usable(const io::CubeInfo& info, const std::vector<char>& usable)
{
    std::vector<char> coarse(static_cast<std::size_t>(info.coarse.cells()), 0);
    for (std::size_t i = 0; i < usable.size(); ++i) {
        const auto cell = static_cast<Index>(i);
        const Index row = cell / info.fine.cols() / info.factor, col = cell % info.fine.cols() / info.factor;
        if (usable[i]) coarse[static_cast<std::size_t>(row * info.coarse.cols() + col)] = 1;
    }
    return coarse;
}

/// Values below which a third and two thirds of the area lie; NaN if none is known.
std::array<double, 2> terciles(const geo::Grid& grid, const std::vector<double>& mean, const std::vector<char>& counts)
{
    std::vector<std::pair<double, double>> values; // and their weights
    double total = 0;
    for (std::size_t i = 0; i < mean.size(); ++i)
        if (counts[i] && std::isfinite(mean[i])) {
            values.emplace_back(mean[i], grid.row_weight(static_cast<Index>(i) / grid.cols()));
            total += values.back().second;
        }
    std::sort(values.begin(), values.end());
    std::array<double, 2> edges;
    edges.fill(std::numeric_limits<double>::quiet_NaN());
    double below = 0;
    std::size_t k = 0;
    for (std::size_t e = 0; e < edges.size(); ++e) {
        const double share = total * static_cast<double>(e + 1) / 3 * (1 + 1e-9); // but for rounding
        while (k < values.size() && below + values[k].second <= share) below += values[k++].second;
        if (!values.empty()) edges[e] = values[std::min(k, values.size() - 1)].first;
    }
    return edges;
}

Index class_of(double value, const std::array<double, 2>& edges)
{
    return (value >= edges[0] ? 1 : 0) + (value >= edges[1] ? 1 : 0);
}

} // namespace

ClimateZones fit_zones(const io::FieldSource& cube, const std::vector<std::string>& predictors,
                       const std::string& precipitation, const std::string& period, const std::vector<char>& usable)
{
    ClimateZones zones;
    zones.period = period;
    for (const std::string& name : {precipitation, air_temperature})
        if (std::find(predictors.begin(), predictors.end(), name) == predictors.end()) return zones;
    const auto steps = steps_in(cube.info().time, period);
    const auto counts = coarse_usable(cube.info(), usable);
    const auto edges = [&](const std::string& name) {
        return terciles(cube.info().coarse, climate_mean(cube, name, steps), counts);
    };
    zones.rain_edges = edges(precipitation), zones.temperature_edges = edges(air_temperature);
    if (!std::isfinite(zones.rain_edges[0]) || !std::isfinite(zones.temperature_edges[0])) {
        zones.rain_edges = zones.temperature_edges = {};
        return zones;
    }
    zones.precipitation = precipitation, zones.temperature = air_temperature;
    return zones;
}

std::vector<std::uint8_t> zone_of_cells(const ClimateZones& zones, const io::FieldSource& cube)
{
    const io::CubeInfo& info = cube.info();
    const geo::Grid& fine = info.fine;
    std::vector<double> rain, temperature;
    if (zones.by_climate()) {
        const auto steps = steps_in(info.time, zones.period);
        rain = climate_mean(cube, zones.precipitation, steps);
        temperature = climate_mean(cube, zones.temperature, steps);
    }
    std::vector<std::uint8_t> zone;
    zone.reserve(static_cast<std::size_t>(fine.cells()));
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0; col < fine.cols(); ++col) {
            Index z = class_of(std::abs(fine.lat(row)), ClimateZones::latitude_edges);
            if (zones.by_climate()) {
                const auto c = static_cast<std::size_t>(row / info.factor * info.coarse.cols() + col / info.factor);
                z = std::isfinite(rain[c]) && std::isfinite(temperature[c])
                        ? 3 * class_of(rain[c], zones.rain_edges) + class_of(temperature[c], zones.temperature_edges)
                        : zones.count() - 1;
            }
            zone.push_back(static_cast<std::uint8_t>(z));
        }
    return zone;
}

} // namespace gwsd::train
