#include <charconv>
#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/infer/downscale.hpp"

namespace gwsd::cli::downscale_command {
namespace {

struct Options {
    infer::DownscaleOptions run;
    std::string shard;
    std::optional<std::string> period, projection, units, baseline, cf;
    std::optional<double> overlap;
    std::optional<Index> batch, dropout_samples;
    bool flags = false, fill_missing = false;
};

/// "2/7" is the second of seven parts.
void read_shard(const std::string& text, infer::DownscaleOptions& run)
{
    if (text.empty()) return;
    const char *begin = text.data(), *end = begin + text.size();
    Index part = 0;
    const auto first = std::from_chars(begin, end, part);
    const bool slash = first.ec == std::errc{} && first.ptr != end && *first.ptr == '/';
    const auto second = slash ? std::from_chars(first.ptr + 1, end, run.shards) : first;
    if (!slash || second.ec != std::errc{} || second.ptr != end || part < 1 || part > run.shards)
        throw UsageError("--shard " + text + ": expects i/n with 1 <= i <= n, such as 2/7");
    run.shard = part - 1;
}

/// The command as the output's history states it; what differs between shards, or changes no value, is left out.
std::string command_text(const Options& options)
{
    std::string text = "gwsd downscale";
    const auto add = [&text](const std::string& name, const std::string& value) { text += " " + name + " " + value; };
    add("--model", options.run.model);
    add("--cube", options.run.cube);
    if (!common().config.empty()) add("--config", common().config);
    for (const std::string& assignment : common().set) add("--set", assignment);
    for (const auto& [name, value] : {std::pair{"--period", options.period},
                                      {"--projection", options.projection},
                                      {"--units", options.units},
                                      {"--baseline", options.baseline},
                                      {"--cf", options.cf}})
        if (value) add(name, *value);
    if (options.overlap) add("--overlap", nlohmann::json(*options.overlap).dump());
    if (options.run.tile > 0) add("--tile", std::to_string(options.run.tile));
    if (options.fill_missing) text += " --fill-missing";
    if (options.dropout_samples) add("--dropout-samples", std::to_string(*options.dropout_samples));
    return text;
}

/// The configuration file, --set, and then the command's own options.
train::DownscaleConfig configuration(const Options& options)
{
    train::Config config;
    const train::Schema schema = train::schema_of(config);
    if (!common().config.empty()) schema.read_file(common().config);
    for (const std::string& assignment : common().set) schema.set(assignment);
    train::DownscaleConfig& d = config.downscale;
    const auto take = [](auto& target, const auto& value) {
        if (value) target = *value;
    };
    take(d.period, options.period), take(d.projection, options.projection), take(d.units, options.units);
    take(d.baseline, options.baseline), take(d.cf, options.cf), take(d.overlap, options.overlap);
    take(d.batch, options.batch), take(d.dropout_samples, options.dropout_samples);
    d.flags = d.flags || options.flags;
    d.fill_missing = d.fill_missing || options.fill_missing;
    return d;
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("--model", options->run.model, "Trained model, such as RUN/best.gwsd")
        ->required()
        ->type_name("FILE");
    app.add_option("--cube", options->run.cube, "Cube that gwsd prepare made: a file or a folder")
        ->required()
        ->type_name("PATH");
    add_output(app, options->run.output, "CF netCDF file to write")->required();
    app.add_option("--period", options->period, "Months to write, both ends included; all of the cube by default")
        ->type_name("YYYY-MM:YYYY-MM");
    app.add_option("--projection", options->projection,
                   "Where the satellites' mass is kept: none, cell, region, footprint or auto (none in truth mode "
                   "reference, footprint otherwise)")
        ->type_name("KIND");
    app.add_option("--shard", options->shard, "Only the i-th of n parts of the months; gwsd merge joins them")
        ->type_name("I/N");
    app.add_flag("--flags", options->flags,
                 "Also write FILE_flags.nc: land, no satellite month, outside the training domain");
    app.add_flag("--fill-missing", options->fill_missing,
                 "Also write months without a satellite field, from predictors and earlier months alone");
    app.add_option("--units", options->units, "Unit of the output, such as cm; the cube's by default");
    app.add_option("--baseline", options->baseline, "Subtract the mean of these months in each fine cell")
        ->type_name("YYYY-MM:YYYY-MM");
    app.add_option("--cf", options->cf, "CF conventions: 1.11, or 1.13 with the norm of the anomaly");
    app.add_option("--overlap", options->overlap, "Share of a tile that overlaps its neighbour, 0 to 0.75");
    app.add_option("--batch", options->batch, "Tiles computed at once")->check(CLI::PositiveNumber);
    app.add_option(
           "--dropout-samples", options->dropout_samples,
           "Passes with dropout, each by a part of the network that --seed draws, that mean and standard error "
           "are mixed of; for a model trained with model.dropout; 0, the default: one pass of the whole network")
        ->type_name("N")
        ->check(CLI::Range(Index{0}, Index{1000}));
    app.add_option("--tile", options->run.tile, "Coarse cells along a tile's side; that of the training by default")
        ->check(CLI::PositiveNumber);
    return [options] {
        infer::DownscaleOptions run = options->run;
        read_shard(options->shard, run);
        run.config = configuration(*options);
        run.overwrite = common().overwrite, run.seed = common().seed;
        run.command = command_text(*options);
        const infer::DownscaleSummary summary = infer::downscale(run);
        char figures[160];
        std::snprintf(figures, sizeof figures,
                      "mass residual at most %.3g %s, %.3g %s in a coarse cell; seam index %.3f",
                      summary.mass_residual_max, summary.unit.c_str(), summary.mass_residual_cell_max,
                      summary.unit.c_str(), summary.seam_index);
        say("wrote " + std::to_string(summary.months) + (summary.months == 1 ? " step to " : " steps to ") +
            summary.output + (summary.flags.empty() ? "" : " and flags to " + summary.flags) + "; projection " +
            summary.projection + ": " + figures);
        if (!common().json) return;
        const nlohmann::ordered_json json{{"output", summary.output},
                                          {"flags", summary.flags},
                                          {"months", summary.months},
                                          {"truth_mode", summary.truth_mode},
                                          {"projection", summary.projection},
                                          {"mass_residual_max", summary.mass_residual_max},
                                          {"mass_residual_cell_max", summary.mass_residual_cell_max},
                                          {"seam_index", summary.seam_index},
                                          {"unit", summary.unit}};
        std::printf("%s\n", json.dump(2).c_str());
    };
}

const Register registered{"downscale", "refines a cube's coarse field with a trained model",
                          "gwsd downscale --model run/best.gwsd --cube cube.nc --output fine.nc\n"
                          "  gwsd downscale --model run/best.gwsd --cube cube.nc --output 2020.nc --period "
                          "2020-01:2020-12 --units cm --flags\n"
                          "  gwsd downscale --model run/best.gwsd --cube cube --output part_2.nc --shard 2/7",
                          define, reads_configuration};

} // namespace
} // namespace gwsd::cli::downscale_command
