#include "gwsd/score/evaluate.hpp"
#include "gwsd/score/baseline_names.hpp"

#include <cstdio>
#include <memory>
#include <optional>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::cli::evaluate_command {
namespace {

struct Options {
    score::EvaluateOptions run;
    std::optional<std::string> truth;
    std::optional<Index> bootstrap;
    std::vector<std::string> baselines;
};

/// The command as the report states it.
std::string command_text(const Options& options)
{
    std::string text = "gwsd evaluate";
    const auto add = [&text](const std::string& name, const std::string& value) {
        if (!value.empty()) text += " " + name + " " + value;
    };
    add("--prediction", options.run.prediction);
    add("--truth", options.truth.value_or(""));
    add("--cube", options.run.cube);
    add("--output", options.run.output);
    add("--metrics", options.run.metrics);
    for (const std::string& also : options.run.also) add("--also", also);
    if (options.bootstrap) add("--bootstrap", std::to_string(*options.bootstrap));
    std::string baselines;
    for (const std::string& name : options.baselines) baselines += (baselines.empty() ? "" : ",") + name;
    add("--baselines", baselines);
    add("--config", common().config);
    for (const std::string& assignment : common().set) add("--set", assignment);
    add("--seed", std::to_string(common().seed));
    return text;
}

/// The configuration file, --set, and then the command's own options.
train::EvaluateConfig configuration(const Options& options)
{
    train::Config config;
    const train::Schema schema = train::schema_of(config);
    if (!common().config.empty()) schema.read_file(common().config);
    for (const std::string& assignment : common().set) schema.set(assignment);
    if (options.truth) config.evaluate.truth = *options.truth;
    if (options.bootstrap) config.evaluate.bootstrap = *options.bootstrap;
    if (!options.baselines.empty()) config.evaluate.baselines = options.baselines;
    return config.evaluate;
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    score::EvaluateOptions& run = options->run;
    app.add_option("--prediction", run.prediction, "Output of gwsd downscale")->required()->type_name("FILE");
    app.add_option("--truth", options->truth,
                   "Fine truth; FILE or FILE:VARIABLE. By default the reference that the cube holds")
        ->type_name("FILE");
    app.add_option("--cube", run.cube, "The cube that was refined: a file or a folder")->required()->type_name("PATH");
    add_output(app, run.output, "Folder for scores.json, tables, pictures and report.html")->required();
    app.add_option("--metrics", run.metrics, "metrics.csv of the training run, for its loss curves")->type_name("FILE");
    app.add_option("--also", run.also, "A further output of gwsd downscale to score beside it; may be repeated")
        ->type_name("NAME=FILE");
    app.add_option("--bootstrap", options->bootstrap,
                   "Replicates of the block bootstrap; 0: no intervals; 500 by default")
        ->check(CLI::Range(0, 100000));
    std::string names;
    for (const std::string& name : score::baseline_names()) names += (names.empty() ? "" : ", ") + name;
    app.add_option("--baselines", options->baselines,
                   "Methods to compare with, beside nearest, separated by commas, out of " + names +
                       ". By default all that there are")
        ->delimiter(',')
        ->type_name("LIST");
    app.add_flag("!--no-pictures", run.pictures, "Numbers and tables alone, without maps and plots");
    return [options] {
        score::EvaluateOptions evaluation = options->run;
        const train::EvaluateConfig config = configuration(*options);
        evaluation.truth = config.truth;
        evaluation.bootstrap = config.bootstrap;
        evaluation.baselines = config.baselines;
        evaluation.seed = common().seed;
        evaluation.overwrite = common().overwrite;
        evaluation.command = command_text(*options);
        const score::EvaluateSummary summary = score::evaluate(evaluation);
        std::fputs(common().json ? summary.scores.c_str() : summary.table.c_str(), stdout);
        say("wrote scores.json, tables, pictures and report.html into " + evaluation.output);
    };
}

const Register registered{
    "evaluate", "scores a prediction beside baselines on unseen years and regions, and writes the report",
    "gwsd evaluate --prediction fine.nc --cube cube.nc --output scores\n"
    "  gwsd evaluate --prediction fine.nc --truth truth.nc:gws --cube cube.nc --metrics run/metrics.csv --output "
    "scores",
    define, reads_configuration};

} // namespace
} // namespace gwsd::cli::evaluate_command
