#include "gwsd/score/basins.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/io/output.hpp"
#include "io/input_name.hpp"
#include "io/number_text.hpp"

namespace gwsd::cli::basins_command {
namespace {

using Json = nlohmann::ordered_json;

Json list_of(const std::vector<double>& values)
{
    Json list = Json::array();
    for (const double value : values) list.push_back(std::isnan(value) ? Json() : Json(value));
    return list;
}

std::string as_json(const score::BasinMeans& means)
{
    Json times = Json::array(), basins = Json::array();
    for (Index t = 0; t < means.time.size(); ++t) times.push_back(means.time.label(t));
    for (const score::BasinSeries& basin : means.basins)
        basins.push_back({{"name", basin.name},
                          {"area_km2", basin.area_km2},
                          {"trend_per_year", list_of({basin.trend})[0]},
                          {"trend_standard_error", list_of({basin.trend_standard_error})[0]},
                          {"value", list_of(basin.value)},
                          {"standard_error", list_of(basin.standard_error)},
                          {"valid_fraction", list_of(basin.valid_fraction)}});
    return Json{{"variable", means.name},
                {"unit", means.unit},
                {"time", times},
                {"basins", basins},
                {"outside", means.outside}}
               .dump(2) +
           "\n";
}

/// A line for each polygon on what its series shows.
void tell(const score::BasinMeans& means)
{
    for (const score::BasinSeries& basin : means.basins) {
        const auto known =
            std::count_if(basin.value.begin(), basin.value.end(), [](double v) { return !std::isnan(v); });
        std::string line =
            basin.name + ": " + io::short_number(basin.area_km2, 4) + " km2, " + std::to_string(known) + " steps";
        if (!std::isnan(basin.trend))
            line += ", trend " + io::short_number(basin.trend, 3) + " +- " +
                    io::short_number(basin.trend_standard_error, 2) + " " + means.unit + " per year";
        say(line);
        if (known == 0) warn("'" + basin.name + "' has no value at any step");
    }
    if (!means.has_error) note("the field has no uncertainty beside it, so the means have no standard error");
    if (means.outside.empty()) return;
    std::string list;
    for (std::size_t i = 0; i < std::min<std::size_t>(5, means.outside.size()); ++i)
        list += (i ? ", " : "") + means.outside[i];
    warn(std::to_string(means.outside.size()) + " polygons lie outside the field and are left out: " + list +
         (means.outside.size() > 5 ? ", ..." : ""));
}

std::function<void()> define(CLI::App& app)
{
    struct Options : score::BasinsOptions {
        std::string output;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("--field", options->field, "File or files (FILE or FILE:VARIABLE) that hold the field over time")
        ->required()
        ->type_name("FILE");
    app.add_option("--variable", options->variable, "Name of the field; needed where a file holds several")
        ->type_name("NAME");
    app.add_option("--shapes", options->shapes,
                   "Polygons in longitude and latitude: .shp (with its .dbf), .geojson or .json")
        ->required()
        ->type_name("FILE");
    app.add_option("--name-field", options->name_field,
                   "Field of the shapes that names them; found by itself where it can be")
        ->type_name("NAME");
    app.add_option("--correlation-length", options->correlation_km,
                   "Kilometres over which errors of the field are correlated (exponential); 0: not at all")
        ->check(CLI::Range(0.0, 20000.0))
        ->capture_default_str()
        ->type_name("KM");
    app.add_option("--min-valid-fraction", options->min_valid_fraction,
                   "Least share of a polygon that has values; a mean of less is left empty")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    add_output(app, options->output, "CSV to write; standard output without it");
    return [options] {
        if (!options->output.empty()) {
            std::vector<std::string> inputs{options->shapes};
            for (const std::string& file : options->field) inputs.push_back(io::split_input(file).path);
            io::check_output(options->output, common().overwrite, inputs);
        }
        const score::BasinMeans means = score::basin_means(*options);
        if (!options->output.empty()) io::write_text(options->output, score::basins_csv(means), common().overwrite);
        const std::string text = common().json             ? as_json(means)
                                 : options->output.empty() ? score::basins_csv(means)
                                                           : "";
        if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
            throw IoError("standard output: cannot write; is the disk full or the pipe closed?");
        tell(means);
        if (!options->output.empty()) say("wrote " + options->output);
    };
}

const Register registered{
    "basins", "means of a field over polygons: series with standard errors, and trends, as CSV",
    "gwsd basins --field fine.nc --shapes aquifers.shp --output aquifers.csv\n"
    "  gwsd basins --field fine.nc --shapes basins.geojson --name-field RIVER --correlation-length 250",
    define};

} // namespace
} // namespace gwsd::cli::basins_command
