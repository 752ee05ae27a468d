#include "gwsd/score/wells.hpp"

#include <cstdio>
#include <memory>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"

namespace gwsd::cli::wells_command {
namespace {

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<score::WellsOptions>();
    app.add_option("--field", options->field,
                   "Storage anomaly: a file, FILE:VARIABLE, or a CSV series FILE.csv[:COLUMN] of months and values")
        ->required()
        ->type_name("FIELD");
    app.add_option("--wells", options->wells, "CSV of a column of months or dates and one column a well")
        ->required()
        ->type_name("FILE");
    app.add_option("--sites", options->sites, "CSV of id, latitude, longitude and specific yield of the wells")
        ->required()
        ->type_name("FILE");
    add_output(app, options->output, "Folder for wells.json, CSV tables, maps, series and lags; none by default");
    app.add_option("--measure", options->measure,
                   "What wells hold: depth to water (larger is drier), or level (larger is wetter)")
        ->check(CLI::IsMember({"depth", "level"}))
        ->capture_default_str();
    app.add_option("--well-unit", options->well_unit, "Unit of the wells")->type_name("UNIT")->capture_default_str();
    app.add_option("--field-unit", options->field_unit, "Unit of a field, or of a coarse product, that is a CSV series")
        ->type_name("UNIT")
        ->capture_default_str();
    app.add_option("--specific-yield", options->specific_yield,
                   "Columns of the sites to use as specific yield; by default those whose names start with sy or "
                   "specific")
        ->delimiter(',')
        ->type_name("COLUMN,..");
    app.add_option("--cell", options->cell, "Degrees of the cells that wells are averaged over beside a CSV series")
        ->check(CLI::Range(0.01, 90.0))
        ->capture_default_str();
    app.add_option("--min-months", options->min_months, "Wells with fewer common months are left out")
        ->check(CLI::Range(3, 100000))
        ->capture_default_str();
    app.add_option("--max-lag", options->max_lag, "Months that a lag is looked for in, to both sides")
        ->check(CLI::Range(0, 120))
        ->capture_default_str();
    app.add_option("--coarse", options->coarse,
                   "The product that the field was refined from, as --field: the same wells and months are scored for "
                   "it too, and the gain over it with an interval (--seed)")
        ->type_name("FIELD");
    return [options] {
        options->overwrite = common().overwrite;
        options->seed = common().seed;
        const score::WellsSummary summary = score::score_wells(*options);
        std::fputs(common().json ? summary.scores.c_str() : summary.table.c_str(), stdout);
        if (!options->output.empty())
            say("wrote " + options->output + "/wells.json, tables, map.png, series.png, lags.png");
    };
}

const Register registered{
    "wells",
    "scores a storage field against groundwater wells: correlation, lags, trends, amounts, gain over the coarse "
    "product",
    "gwsd wells --field fine.nc --wells series.csv --sites sites.csv --output wells\n"
    "  gwsd wells --field fine.nc --coarse g3p.nc --wells series.csv --sites sites.csv --output wells\n"
    "  gwsd wells --field basin.csv:gwsa_mm --wells series.csv --sites sites.csv --measure level",
    define};

} // namespace
} // namespace gwsd::cli::wells_command
