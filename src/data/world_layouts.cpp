#include "world_layouts.hpp"

#include <limits>

#include "io/output_grid.hpp"

namespace gwsd::data::world {
namespace {

namespace plan = io::plan;
using Attributes = std::vector<plan::Attribute>;

std::vector<double> centres(const std::vector<double>& edges)
{
    std::vector<double> middle;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) middle.push_back(0.5 * (edges[i] + edges[i + 1]));
    return middle;
}

plan::Variable axis(const std::string& name, const Attributes& attributes, const std::vector<double>& values,
                    plan::Type type = plan::Type::float64)
{
    return {name, type, {name}, attributes, {}, values};
}

std::vector<std::size_t> month_chunk(std::size_t rows, std::size_t cols)
{
    return {1, std::min<std::size_t>(rows, 512), std::min<std::size_t>(cols, 1024)};
}

std::string command_line(const std::string& about) { return io::time_stamp() + " " + about; }

Attributes global(const std::string& title, const std::string& about)
{
    return {{"Conventions", "CF-1.11"},
            {"title", title},
            {"source", "gwsd " GWSD_VERSION ", built-in world"},
            {"comment", "SYNTHETIC: a built-in world for tests and demonstrations, no observation of the Earth"},
            {"history", command_line(about)},
            {"gwsd_synthetic", std::int32_t{1}}};
}

} // namespace

plan::File g3p_plan(const geo::Grid& grid, const std::vector<geo::Month>& months, const std::string& about)
{
    plan::File file;
    std::vector<double> days;
    for (const geo::Month month : months)
        days.push_back(io::days_since_2002(static_cast<double>(geo::first_day(month) + 15)));
    file.dimensions = {{"time", std::ssize(months), true}, {"lat", grid.rows(), false}, {"lon", grid.cols(), false}};
    file.variables.push_back(axis("time",
                                  {{"standard_name", "time"},
                                   {"units", "days since 2002-01-01 00:00:00"},
                                   {"calendar", "gregorian"},
                                   {"axis", "T"}},
                                  days));
    file.variables.back().chunks = {512};
    file.variables.push_back(axis("lat", {{"standard_name", "latitude"}, {"units", "degrees_north"}, {"axis", "Y"}},
                                  centres(grid.lat_edges)));
    file.variables.push_back(axis("lon", {{"standard_name", "longitude"}, {"units", "degrees_east"}, {"axis", "X"}},
                                  centres(grid.lon_edges)));
    const auto field = [&](const std::string& name, const std::string& long_name) {
        file.variables.push_back(
            {name,
             plan::Type::float32,
             {"time", "lat", "lon"},
             {{"long_name", long_name}, {"units", "mm"}, {"_FillValue", g3p_fill}},
             month_chunk(static_cast<std::size_t>(grid.rows()), static_cast<std::size_t>(grid.cols())),
             {}});
    };
    field("GWSA", "groundwater storage anomaly, equivalent water height");
    file.variables.back().attributes.push_back({"comment", "anomaly relative to 2002-04..2020-12"});
    file.variables.back().attributes.push_back({"gwsd_baseline", baseline_text});
    field("uncertainty", "1-sigma uncertainty of the groundwater storage anomaly");
    file.attributes =
        global("Groundwater storage anomaly of a synthetic world, 0.5 degrees, in the layout of G3P v1.12", about);
    file.attributes.push_back({"processing",
                               "Gaussian filter 250 km over valid land of this file's region, mean over "
                               "the cell, noise at the uncertainty with a correlation length of 300 km"});
    return file;
}

plan::File era5_plan(const std::string& step_type, const std::vector<double>& lats, const std::vector<double>& lons,
                     const std::vector<geo::Month>& months, const std::vector<Era5Variable>& variables,
                     const std::string& about)
{
    constexpr double nan = std::numeric_limits<double>::quiet_NaN();
    plan::File file;
    file.dimensions = {{"valid_time", std::ssize(months), false},
                       {"latitude", std::ssize(lats), false},
                       {"longitude", std::ssize(lons), false}};
    // Means of fluxes are stamped six hours late, as in the archive.
    const std::int64_t hour = step_type == "avgad" ? 6 : 0;
    std::vector<double> seconds;
    for (const geo::Month month : months)
        seconds.push_back(static_cast<double>(geo::first_day(month) * 86400 + hour * 3600));
    file.variables.push_back(
        {"number",
         plan::Type::int64,
         {},
         {{"long_name", "ensemble member numerical id"}, {"units", "1"}, {"standard_name", "realization"}},
         {},
         {0.0}});
    file.variables.push_back(axis("valid_time",
                                  {{"long_name", "time"},
                                   {"standard_name", "time"},
                                   {"units", "seconds since 1970-01-01"},
                                   {"calendar", "proleptic_gregorian"}},
                                  seconds, plan::Type::int64));
    file.variables.push_back(axis("latitude",
                                  {{"_FillValue", nan},
                                   {"units", "degrees_north"},
                                   {"standard_name", "latitude"},
                                   {"long_name", "latitude"},
                                   {"stored_direction", "decreasing"}},
                                  lats));
    file.variables.push_back(axis(
        "longitude",
        {{"_FillValue", nan}, {"units", "degrees_east"}, {"standard_name", "longitude"}, {"long_name", "longitude"}},
        lons));
    file.variables.push_back({"expver", plan::Type::text, {"valid_time"}, {}, {}, {}, "0001"});
    for (const Era5Variable& v : variables)
        file.variables.push_back({v.name,
                                  plan::Type::float32,
                                  {"valid_time", "latitude", "longitude"},
                                  {{"_FillValue", std::numeric_limits<float>::quiet_NaN()},
                                   {"GRIB_paramId", static_cast<std::int64_t>(v.parameter)},
                                   {"GRIB_dataType", "fc"},
                                   {"GRIB_typeOfLevel", "surface"},
                                   {"GRIB_stepType", step_type},
                                   {"GRIB_gridType", "regular_ll"},
                                   {"GRIB_Nx", std::int64_t{std::ssize(lons)}},
                                   {"GRIB_Ny", std::int64_t{std::ssize(lats)}},
                                   {"GRIB_iDirectionIncrementInDegrees", 0.1},
                                   {"GRIB_jDirectionIncrementInDegrees", 0.1},
                                   {"GRIB_missingValue", 3.40282346638529e+38},
                                   {"GRIB_name", v.long_name},
                                   {"GRIB_shortName", v.grib_name},
                                   {"GRIB_units", v.unit},
                                   {"long_name", v.long_name},
                                   {"units", v.unit},
                                   {"standard_name", "unknown"},
                                   {"coordinates", "number valid_time latitude longitude expver"}},
                                  month_chunk(lats.size(), lons.size()),
                                  {}});
    file.attributes = global("Weather and soil of a synthetic world, in the layout of ERA5-Land monthly means", about);
    for (auto& attribute : file.attributes)
        if (attribute.name == "Conventions")
            attribute.value = "CF-1.7";
        else if (attribute.name == "history")
            // The layout's only evidence that fluxes are daily means of a month is the stream named here.
            attribute.value = command_line(about) +
                              " in the layout of GRIB to CDM+CF via cfgrib with {\"source\": \"data.grib\", "
                              "\"filter_by_keys\": {\"stream\": [\"moda\"], \"stepType\": [\"" +
                              step_type + "\"]}}";
    return file;
}

plan::File truth_plan(const geo::Grid& grid, const geo::TimeAxis& time, const std::string& about)
{
    plan::File file;
    file.dimensions.push_back({"nv", 2, false});
    io::add_time(file, time);
    io::add_grid(file, grid);
    file.variables.push_back(io::crs());
    plan::Variable field = io::field_variable("gws", grid, true);
    field.attributes = {{"long_name", "groundwater storage anomaly as liquid water equivalent thickness"},
                        {"units", "mm"},
                        {"_FillValue", io::fill_value},
                        {"cell_methods", "time: mean area: mean"},
                        {"grid_mapping", "crs"},
                        {"comment", "anomaly relative to 2002-04..2020-12"},
                        {"gwsd_baseline", baseline_text}};
    file.variables.push_back(field);
    file.attributes = global("Groundwater storage anomaly of a synthetic world, 0.125 degrees", about);
    return file;
}

plan::File land_plan(const geo::Grid& grid, const std::string& about)
{
    plan::File file;
    file.dimensions.push_back({"nv", 2, false});
    io::add_grid(file, grid);
    file.variables.push_back(io::crs());
    plan::Variable land = io::field_variable("land_fraction", grid, false);
    land.attributes = {{"standard_name", "land_area_fraction"},
                       {"long_name", "land fraction"},
                       {"units", "1"},
                       {"grid_mapping", "crs"}};
    plan::Variable height = io::field_variable("elevation", grid, false);
    height.attributes = {{"standard_name", "surface_altitude"},
                         {"long_name", "mean elevation of the land, 0 over the sea"},
                         {"units", "m"},
                         {"grid_mapping", "crs"}};
    file.variables.push_back(land);
    file.variables.push_back(height);
    file.attributes = global("Land and relief of a synthetic world, 0.125 degrees", about);
    return file;
}

} // namespace gwsd::data::world
