#include <cmath>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/field_writer.hpp"
#include "gwsd/io/output.hpp"
#include "gwsd/io/series.hpp"
#include "io/input_name.hpp"
#include "io/number_text.hpp"

namespace gwsd::cli::regrid_command {
namespace {

struct Options {
    std::vector<std::string> input;
    std::string variable, like, output, method = "conservative";
    double resolution = 0, min_valid_fraction = 0;
};

/// The cell-registered grid of `resolution` degrees over `source`, snapped outward; the whole circle where that is what
/// the source spans.
geo::Grid target_grid(const geo::Grid& source, double resolution)
{
    geo::Region region = source.bounds();
    const auto refuse = [&](const std::string& what, double degrees) {
        throw UsageError("--resolution " + io::short_number(resolution) + " does not divide " +
                         io::short_number(degrees) + " degrees, but the field reaches " + what +
                         "; choose one that does, such as 0.125, or give a grid with --like");
    };
    const auto divides = [&](double degrees) {
        const double count = degrees / resolution;
        return std::abs(count - std::round(count)) < 1e-6;
    };
    const double west = std::floor(region.west / resolution + 1e-6), east = std::ceil(region.east / resolution - 1e-6);
    if (source.periodic() || (east - west) * resolution > 360.0 + 1e-9) {
        region.west = -180, region.east = 180;
        if (!divides(180)) refuse("around the globe", 180);
    }
    if ((region.south < -90 + resolution || region.north > 90 - resolution) && !divides(90)) refuse("a pole", 90);
    const double cells = (region.east - region.west) / resolution * ((region.north - region.south) / resolution);
    if (cells > 2e9)
        throw UsageError("--resolution " + io::short_number(resolution) + " makes " + io::short_number(cells, 3) +
                         " cells of this field; at most 2e9 are supported. Is the resolution in degrees?");
    return geo::regular_grid(resolution, region);
}

std::string history(const Options& options)
{
    const std::string grid =
        options.like.empty() ? "--resolution " + io::short_number(options.resolution, 9) : "--like " + options.like;
    return "gwsd " GWSD_VERSION " regrid --method " + options.method + " " + grid +
           (options.min_valid_fraction > 0 ? " --min-valid-fraction " + io::short_number(options.min_valid_fraction)
                                           : "");
}

void regrid(const Options& options)
{
    const geo::Method method = parsed([&] { return geo::parse_method(options.method); });
    std::vector<std::string> files;
    for (const std::string& input : options.input) files.push_back(io::split_input(input).path);
    if (!options.like.empty()) files.push_back(io::split_input(options.like).path);
    io::check_output(options.output, common().overwrite, files);

    const io::FieldDescription field = io::describe_field(options.input.front(), options.variable);
    const auto series = io::open_series(options.input, {.variable = field.name});
    const geo::Grid to =
        options.like.empty() ? target_grid(series->grid(), options.resolution) : io::describe_field(options.like).grid;
    if (!geo::grids_touch(series->grid(), to))
        throw DataError(options.like + ": its grid (" + geo::bounds_text(to) + ") does not touch that of '" +
                        field.name + "' in " + options.input.front() + " (" + geo::bounds_text(series->grid()) +
                        "); give a field of the same region with --like");
    const auto regridder = parsed([&] { return geo::make_regridder(method, series->grid(), to); });

    io::FieldInfo info;
    info.grid = to;
    info.time = series->time();
    info.has_time = series->has_time();
    info.name = field.short_name();
    info.unit = series->unit();
    info.attributes = field.attributes;
    info.file_attributes = field.file_attributes;
    info.history = history(options);
    const auto writer = io::create_field(options.output, info, common().overwrite);
    std::vector<float> in(static_cast<std::size_t>(series->grid().cells())), out(static_cast<std::size_t>(to.cells()));
    Index valid = 0;
    {
        Progress progress("regridding " + info.name, info.time.size());
        for (Index t = 0; t < info.time.size(); ++t) {
            series->read(t, in);
            regridder->apply(in, out, options.min_valid_fraction);
            for (const float value : out) valid += std::isnan(value) ? 0 : 1;
            writer->write(t, out);
            progress.update(t + 1, info.has_time ? info.time.label(t) : "");
        }
        writer->finish();
    }
    if (valid == 0) warn(options.output + ": every cell is missing; does the field have values on this grid?");
    say("wrote " + options.output + ": " + info.name + " [" + info.unit + "], " + std::to_string(info.time.size()) +
        " steps of " + std::to_string(to.rows()) + " x " + std::to_string(to.cols()) + " cells");
    if (common().json)
        std::printf("%s\n", nlohmann::ordered_json{{"output", options.output},
                                                   {"variable", info.name},
                                                   {"unit", info.unit},
                                                   {"steps", info.time.size()},
                                                   {"rows", to.rows()},
                                                   {"cols", to.cols()},
                                                   {"valid_cells", valid}}
                                .dump(2)
                                .c_str());
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("--input", options->input, "File or files (FILE or FILE:VARIABLE) that hold the field over time")
        ->required()
        ->type_name("FILE");
    app.add_option("--variable", options->variable, "Name of the field; needed where a file holds several")
        ->type_name("NAME");
    const auto resolution = app.add_option("--resolution", options->resolution,
                                           "Cell size in degrees: cells on multiples of it over the input's extent, "
                                           "snapped outward; this or --like is needed")
                                ->check(CLI::Range(1e-4, 90.0))
                                ->type_name("DEGREES");
    app.add_option("--like", options->like, "File (FILE or FILE:VARIABLE) whose grid is taken")
        ->type_name("FILE")
        ->excludes(resolution);
    app.add_option("--method", options->method, "conservative, nearest, bilinear, bicubic or smooth_conservative")
        ->capture_default_str();
    app.add_option("--min-valid-fraction", options->min_valid_fraction,
                   "Least valid share of a cell (conservative) or of the weights; 0: any")
        ->check(CLI::Range(0.0, 1.0))
        ->capture_default_str();
    add_output(app, options->output, "netCDF file to write")->required();
    return [options, resolution] {
        if (resolution->count() == 0 && options->like.empty())
            throw UsageError("regrid: expects the grid to go to; give --resolution DEGREES or --like FILE");
        regrid(*options);
    };
}

const Register registered{"regrid", "puts a field on another grid; its name, unit and attributes are kept",
                          "gwsd regrid --input era5land_tp.nc --variable tp --resolution 0.125 --output tp.nc\n"
                          "  gwsd regrid --input soil.nc --like fine.nc --method bilinear --output soil_fine.nc",
                          define};

} // namespace
} // namespace gwsd::cli::regrid_command
