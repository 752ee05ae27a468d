#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <memory>
#include <optional>

#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/geo/regridder.hpp"
#include "gwsd/io/geotiff.hpp"
#include "gwsd/io/hdf5_export.hpp"
#include "gwsd/io/series.hpp"
#include "io/input_name.hpp"
#include "io/number_text.hpp"

namespace gwsd::cli::export_command {
namespace {

struct Options {
    std::string input, variable, format, month, point, output;
};

/// A field with its uncertainty, where the file has one, and the steps that were asked for.
struct Source {
    io::FieldDescription field;
    std::unique_ptr<io::Series> value, error;
    std::vector<Index> steps;
};

std::string format_of(const Options& options)
{
    if (!options.format.empty()) return options.format;
    const auto dot = options.output.rfind('.');
    const std::string end = dot == std::string::npos ? "" : options.output.substr(dot + 1);
    if (end == "h5" || end == "hdf5") return "hdf5";
    if (end == "tif" || end == "tiff") return "geotiff";
    if (end == "csv" || options.output.empty()) return "csv";
    throw UsageError("export: the name " + options.output +
                     " does not tell the format; give --format hdf5, geotiff or csv");
}

std::vector<Index> chosen_steps(const Source& source, const Options& options)
{
    const geo::TimeAxis& time = source.value->time();
    std::vector<Index> steps;
    if (options.month.empty()) {
        for (Index t = 0; t < time.size(); ++t) steps.push_back(t);
        return steps;
    }
    if (!source.value->has_time())
        throw DataError(options.input + ": '" + source.field.name + "' has no time; leave --month out");
    const geo::Period period = parsed([&] { return geo::Period::parse(options.month, "--month"); });
    for (Index t = 0; t < time.size(); ++t)
        if (period.contains(time.day(t))) steps.push_back(t);
    if (steps.empty())
        throw DataError(options.input + ": '" + source.field.name + "' has no step in " + options.month + "; its " +
                        std::to_string(time.size()) + " steps run from " + time.label(0) + " to " +
                        time.label(time.size() - 1) + (time.monthly ? ", and some months may be absent" : ""));
    return steps;
}

Source open(const Options& options)
{
    Source source;
    source.field = io::describe_field(options.input, options.variable);
    const std::string path = io::split_input(options.input).path;
    source.value = io::open_series({path}, {.variable = source.field.name});
    if (!source.field.sigma.empty()) source.error = io::open_series({path}, {.variable = source.field.sigma});
    source.steps = chosen_steps(source, options);
    return source;
}

/// The shortest text that reads back as the same float; empty where missing, as readers of CSV expect.
void append_number(std::string& text, float value)
{
    if (std::isnan(value)) return;
    std::array<char, 40> buffer{};
    text.append(buffer.data(), std::to_chars(buffer.data(), buffer.data() + buffer.size(), value).ptr);
}

/// The cell that holds a point, whatever turn its longitude has.
Index cell_of(const geo::Grid& grid, const std::string& text)
{
    const auto comma = text.find(',');
    const auto lon = io::parse_number(text.substr(0, comma)),
               lat = comma == std::string::npos ? std::nullopt : io::parse_number(text.substr(comma + 1));
    if (!lon || !lat || std::abs(*lat) > 90 || std::abs(*lon) > 720)
        throw UsageError("--point: '" + text + "' is no point; expected LON,LAT in degrees, such as 2.35,48.85");
    const geo::Region b = grid.bounds();
    const double x = *lon - 360.0 * std::floor((*lon - b.west) / 360.0);
    if (*lat < b.south || *lat > b.north || x > b.east)
        throw DataError("--point " + text + ": lies outside the field (" + geo::bounds_text(grid) + ")");
    const auto place = [](const std::vector<double>& edges, double at) {
        const auto after = std::upper_bound(edges.begin(), edges.end(), at) - edges.begin();
        return std::clamp<Index>(after - 1, 0, std::ssize(edges) - 2);
    };
    return place(grid.lat_edges, *lat) * grid.cols() + place(grid.lon_edges, x);
}

std::string point_csv(const Source& source, const std::string& point)
{
    const geo::Grid& grid = source.value->grid();
    const auto cell = static_cast<std::size_t>(cell_of(grid, point));
    std::vector<float> field(static_cast<std::size_t>(grid.cells()));
    std::string text = "time,value,standard_error\n";
    Progress progress("reading", std::ssize(source.steps));
    Index valid = 0;
    for (std::size_t i = 0; i < source.steps.size(); ++i) {
        const Index t = source.steps[i];
        source.value->read(t, field);
        text += (source.value->has_time() ? source.value->time().label(t) : "") + ",";
        append_number(text, field[cell]);
        valid += std::isnan(field[cell]) ? 0 : 1;
        text += ",";
        if (source.error) {
            source.error->read(t, field);
            append_number(text, field[cell]);
        }
        text += "\n";
        progress.update(static_cast<Index>(i) + 1);
    }
    if (valid == 0) warn("--point " + point + ": the field is missing there at every step");
    return text;
}

std::string field_csv(const Source& source, const Options& options)
{
    if (source.steps.size() > 1)
        throw UsageError(options.input + ": holds " + std::to_string(source.steps.size()) +
                         " steps; choose one with --month YYYY-MM, or a series with --point LON,LAT");
    const geo::Grid& grid = source.value->grid();
    std::vector<float> value(static_cast<std::size_t>(grid.cells())), error(value.size());
    source.value->read(source.steps[0], value);
    if (source.error) source.error->read(source.steps[0], error);
    std::string text = source.error ? "lon,lat,value,standard_error\n" : "lon,lat,value\n";
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col) {
            const auto i = static_cast<std::size_t>(row * grid.cols() + col);
            if (std::isnan(value[i])) continue;
            // Coordinates to a millionth of a degree: a tenth of a metre.
            text += io::short_number(grid.lon(col), 9) + "," + io::short_number(grid.lat(row), 9) + ",";
            append_number(text, value[i]);
            if (source.error) text += ",", append_number(text, error[i]);
            text += "\n";
        }
    return text;
}

void export_csv(const Source& source, const Options& options)
{
    const std::string text = options.point.empty() ? field_csv(source, options) : point_csv(source, options.point);
    if (!options.output.empty()) return io::write_text(options.output, text, common().overwrite);
    if (std::fwrite(text.data(), 1, text.size(), stdout) != text.size())
        throw IoError("standard output: cannot write; is the disk full or the pipe closed?");
}

void export_geotiff(const Source& source, const Options& options)
{
    io::GeoTiffInfo info{source.value->grid(), source.field.short_name(), source.value->unit(), {}};
    for (const Index t : source.steps)
        info.bands.push_back(source.value->has_time() ? source.value->time().label(t) : "");
    const auto writer = io::create_geotiff(options.output, info, common().overwrite);
    std::vector<float> field(static_cast<std::size_t>(info.grid.cells()));
    Progress progress("exporting", std::ssize(source.steps));
    for (std::size_t i = 0; i < source.steps.size(); ++i) {
        source.value->read(source.steps[i], field);
        writer->write(field);
        progress.update(static_cast<Index>(i) + 1, info.bands[i]);
    }
    writer->finish();
}

void export_hdf5(const Source& source, const Options& options)
{
    io::FieldInfo info;
    info.grid = source.value->grid();
    info.time.monthly = source.value->time().monthly;
    for (const Index t : source.steps)
        info.time.steps.push_back(source.value->time().steps[static_cast<std::size_t>(t)]);
    info.has_time = source.value->has_time();
    info.name = source.field.short_name();
    info.unit = source.value->unit();
    info.attributes = source.field.attributes;
    info.history = "gwsd " GWSD_VERSION " export --format hdf5";
    const auto writer = io::create_hdf5(options.output, info, source.error != nullptr, common().overwrite);
    std::vector<float> value(static_cast<std::size_t>(info.grid.cells())), error(source.error ? value.size() : 0);
    Progress progress("exporting", std::ssize(source.steps));
    for (std::size_t i = 0; i < source.steps.size(); ++i) {
        source.value->read(source.steps[i], value);
        if (source.error) source.error->read(source.steps[i], error);
        writer->write(static_cast<Index>(i), value, error);
        progress.update(static_cast<Index>(i) + 1);
    }
    writer->finish();
}

void run(const Options& options)
{
    const std::string format = format_of(options);
    if (options.output.empty() && format != "csv")
        throw UsageError("export: --format " + format + " needs --output PATH; only csv goes to standard output");
    if (!options.point.empty() && format != "csv")
        throw UsageError("export: --point gives a series, which goes with --format csv, not " + format);
    if (options.output.empty() && common().json)
        throw UsageError("export: --json tells what was written, and standard output holds the table; give --output");
    const std::string path = io::split_input(options.input).path;
    const bool model = !io::is_remote(path) && io::is_checkpoint(path);
    if (!options.output.empty()) io::check_output(options.output, common().overwrite, {path});
    if (model) {
        if (format != "hdf5" || !options.month.empty() || !options.variable.empty())
            throw UsageError("export: " + path +
                             " is a model; it goes to --format hdf5, without --month and --variable");
        io::write_hdf5(options.output, io::load_checkpoint(path), common().overwrite);
    } else {
        const Source source = open(options);
        if (format == "csv")
            export_csv(source, options);
        else if (format == "geotiff")
            export_geotiff(source, options);
        else
            export_hdf5(source, options);
    }
    if (options.output.empty()) return;
    say("wrote " + options.output);
    print_output(options.output);
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("--input", options->input, "A field (FILE or FILE:VARIABLE), or a model that gwsd train wrote")
        ->required()
        ->type_name("FILE");
    app.add_option("--variable", options->variable, "Name of the field; needed where the file holds several")
        ->type_name("NAME");
    app.add_option("--format", options->format,
                   "hdf5, geotiff or csv; by default what the output's name says, csv without one")
        ->check(CLI::IsMember({"hdf5", "geotiff", "csv"}));
    app.add_option("--month", options->month,
                   "Month to export: YYYY-MM, a span YYYY-MM:YYYY-MM, or YYYY-MM-DD for steps that are not months")
        ->type_name("MONTH");
    app.add_option("--point", options->point, "Series of the cell that holds a point, as csv")->type_name("LON,LAT");
    add_output(app, options->output, "File to write; csv goes to standard output without it");
    return [options] { run(*options); };
}

const Register registered{"export", "other forms of a field (HDF5, GeoTIFF, CSV) or of a model (HDF5)",
                          "gwsd export --input fine.nc --point 2.35,48.85\n"
                          "  gwsd export --input fine.nc --month 2010-08 --output august.tif\n"
                          "  gwsd export --input fine.nc --format hdf5 --output fine.h5\n"
                          "  gwsd export --input run/best.gwsd --output model.h5",
                          define};

} // namespace
} // namespace gwsd::cli::export_command
