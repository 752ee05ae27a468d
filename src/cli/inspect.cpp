#include "gwsd/io/inspect.hpp"

#include <algorithm>
#include <cstdio>
#include <memory>

#include "cli/command.hpp"
#include "gwsd/core/error.hpp"

namespace gwsd::cli::inspect_command {
namespace {

std::function<void()> define(CLI::App& app)
{
    struct Options {
        std::vector<std::string> files;
        io::InspectOptions inspect;
    };
    const auto options = std::make_shared<Options>();
    app.add_option("files", options->files,
                   "Data files (netCDF, GRIB, ZIP), cubes or models; PATH:VARIABLE looks at one variable")
        ->required()
        ->type_name("FILE");
    app.add_option("--assume-units", options->inspect.assume_units, "Units of variables that state none")
        ->type_name("UNITS");
    app.add_flag("--allow-remote", options->inspect.allow_remote, "Let addresses such as https://... be opened");
    return [options] {
        std::string json, refused;
        for (const std::string& file : options->files) {
            const io::Inspection inspection = io::inspect_file(file, options->inspect);
            // A file of which nothing can be used is refused, after all has been told of it.
            const auto unusable = [](const io::FieldReport& field) { return !field.problem.empty(); };
            if (!inspection.fields.empty() &&
                std::all_of(inspection.fields.begin(), inspection.fields.end(), unusable) && refused.empty())
                refused = inspection.fields.front().problem;
            if (common().json)
                json += (json.empty() ? "" : ",\n") + io::to_json(inspection);
            else
                std::fputs(io::to_text(inspection).c_str(), stdout);
        }
        // One file gives one object, several a list.
        if (options->files.size() > 1) json.insert(0, 1, '[').append("]");
        if (common().json) std::printf("%s\n", json.c_str());
        if (!refused.empty()) throw DataError(refused);
    };
}

const Register registered{
    "inspect", "what gwsd understands of a file: product, variables, units, grid, months, gaps, ranges",
    "gwsd inspect era5land_tp.nc\n  gwsd inspect gwsa.nc:GWSA --json\n  gwsd inspect run/best.gwsd", define};

} // namespace
} // namespace gwsd::cli::inspect_command
