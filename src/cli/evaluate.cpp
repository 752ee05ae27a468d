#include "gwsd/score/evaluate.hpp"

#include <cstdio>
#include <memory>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"

namespace gwsd::cli {
namespace {

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<score::EvaluateOptions>();
    app.add_option("--prediction", options->prediction, "Output of gwsd downscale")->required()->type_name("FILE");
    app.add_option("--truth", options->truth,
                   "Fine truth; FILE or FILE:VARIABLE. By default the reference that the cube holds")
        ->type_name("FILE");
    app.add_option("--cube", options->cube, "The cube that was refined")->required()->type_name("CUBE");
    add_output(app, options->output, "Folder for scores.json, tables, pictures and report.html")->required();
    app.add_option("--metrics", options->metrics, "metrics.csv of the training run, for its loss curves")
        ->type_name("FILE");
    app.add_option("--also", options->also, "A further output of gwsd downscale to score beside it; may be repeated")
        ->type_name("NAME=FILE");
    app.add_option("--bootstrap", options->bootstrap, "Replicates of the block bootstrap; 0: no intervals")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    app.add_flag("!--no-pictures", options->pictures, "Numbers and tables alone, without maps and plots");
    return [options] {
        options->seed = common().seed;
        options->overwrite = common().overwrite;
        const score::EvaluateSummary summary = score::evaluate(*options);
        std::fputs(common().json ? summary.scores.c_str() : summary.table.c_str(), stdout);
        say("wrote " + options->output + "/report.html, scores.json, tables and pictures");
    };
}

const Register registered{
    "evaluate", "scores a prediction beside interpolations on unseen years and regions, and writes the report",
    "gwsd evaluate --prediction fine.nc --cube cube.nc --output scores\n"
    "  gwsd evaluate --prediction fine.nc --truth truth.nc:gws --cube cube.nc --metrics run/metrics.csv --output "
    "scores",
    define};

} // namespace
} // namespace gwsd::cli
