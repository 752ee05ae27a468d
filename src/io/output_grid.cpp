#include "io/output_grid.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>
#include <ctime>

namespace gwsd::io {
namespace {

std::vector<double> centres(const std::vector<double>& edges)
{
    std::vector<double> middle;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) middle.push_back(0.5 * (edges[i] + edges[i + 1]));
    return middle;
}

std::vector<double> bounds(const std::vector<double>& edges)
{
    std::vector<double> pairs;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) pairs.insert(pairs.end(), {edges[i], edges[i + 1]});
    return pairs;
}

void add_axis(plan::File& file, const std::vector<double>& edges, const std::string& name, const std::string& standard,
              const std::string& units, const std::string& axis)
{
    file.dimensions.push_back({name, std::ssize(edges) - 1, false});
    file.variables.push_back({name,
                              plan::Type::float64,
                              {name},
                              {{"standard_name", standard},
                               {"long_name", standard},
                               {"units", units},
                               {"axis", axis},
                               {"bounds", name + "_bnds"}},
                              {},
                              centres(edges)});
    // A second pair of horizontal coordinates must not claim the axes of the first.
    if (axis.empty()) std::erase_if(file.variables.back().attributes, [](const auto& a) { return a.name == "axis"; });
    file.variables.push_back({name + "_bnds", plan::Type::float64, {name, "nv"}, {}, {}, bounds(edges)});
}

} // namespace

double days_since_2002(double day)
{
    static const auto origin = static_cast<double>(geo::days_from_civil(2002, 1, 1));
    return day - origin;
}

void add_time(plan::File& file, const geo::TimeAxis& time)
{
    std::vector<double> values, limits;
    for (Index t = 0; t < time.size(); ++t) {
        const auto day = static_cast<double>(time.monthly ? geo::first_day(time.month(t)) : time.day(t));
        const double length = time.monthly ? geo::days_in(time.month(t)) : 1;
        values.push_back(days_since_2002(time.monthly ? day + 0.5 * length : day));
        limits.insert(limits.end(), {days_since_2002(day), days_since_2002(day + length)});
    }
    file.dimensions.push_back({"time", time.size(), true});
    file.variables.push_back({"time",
                              plan::Type::float64,
                              {"time"},
                              {{"standard_name", "time"},
                               {"long_name", "time"},
                               {"axis", "T"},
                               {"units", "days since 2002-01-01 00:00:00"},
                               {"calendar", "standard"},
                               {"units_metadata", "leap_seconds: none"},
                               {"bounds", "time_bnds"}},
                              {512},
                              values});
    file.variables.push_back({"time_bnds", plan::Type::float64, {"time", "nv"}, {}, {512, 2}, limits});
}

void add_grid(plan::File& file, const geo::Grid& grid, const std::string& suffix)
{
    add_axis(file, grid.lat_edges, "lat" + suffix, "latitude", "degrees_north", suffix.empty() ? "Y" : "");
    add_axis(file, grid.lon_edges, "lon" + suffix, "longitude", "degrees_east", suffix.empty() ? "X" : "");
}

plan::Variable field_variable(const std::string& name, const geo::Grid& grid, bool steps, const std::string& suffix)
{
    const auto rows = static_cast<std::size_t>(std::min<Index>(grid.rows(), 360)),
               cols = static_cast<std::size_t>(std::min<Index>(grid.cols(), 720));
    plan::Variable variable{name, plan::Type::float32, {"lat" + suffix, "lon" + suffix}, {}, {rows, cols}, {}};
    if (steps) {
        variable.dimensions.insert(variable.dimensions.begin(), "time");
        variable.chunks.insert(variable.chunks.begin(), 1);
    }
    return variable;
}

plan::Variable cell_area(const geo::Grid& grid)
{
    plan::Variable variable = field_variable("cell_area", grid, false);
    variable.attributes = {{"standard_name", "cell_area"}, {"long_name", "area of grid cell"}, {"units", "m2"}};
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col) variable.values.push_back(grid.area(row, col));
    return variable;
}

plan::Variable crs()
{
    return {"crs",
            plan::Type::int32,
            {},
            {{"grid_mapping_name", "latitude_longitude"},
             {"long_name", "coordinate reference system"},
             {"semi_major_axis", 6378137.0},
             {"inverse_flattening", 298.257223563},
             {"longitude_of_prime_meridian", 0.0},
             {"crs_wkt",
              "GEOGCRS[\"WGS 84\",DATUM[\"World Geodetic System 1984\",ELLIPSOID[\"WGS 84\",6378137,298.257223563]],"
              "CS[ellipsoidal,2],AXIS[\"latitude\",north],AXIS[\"longitude\",east],ANGLEUNIT[\"degree\",0."
              "0174532925199433],"
              "ID[\"EPSG\",4326]]"}},
            {},
            {0.0}};
}

std::vector<float> with_fill(std::span<const float> field)
{
    std::vector<float> filled(field.begin(), field.end());
    for (float& value : filled)
        if (std::isnan(value)) value = fill_value;
    return filled;
}

std::string time_stamp()
{
    std::time_t now = std::time(nullptr);
    if (const char* fixed = std::getenv("SOURCE_DATE_EPOCH"))
        if (char* end = nullptr; *fixed) {
            const long long seconds = std::strtoll(fixed, &end, 10);
            if (*end == '\0') now = static_cast<std::time_t>(seconds);
        }
    std::tm utc{};
    gmtime_r(&now, &utc);
    std::array<char, 32> text{};
    std::strftime(text.data(), text.size(), "%Y-%m-%dT%H:%M:%SZ", &utc);
    return text.data();
}

} // namespace gwsd::io
