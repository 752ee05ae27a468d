#include <cstdio>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>

#include "cli/command.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/models/downscaler_config.hpp"
#include "gwsd/train/trained_model.hpp"
#include "io/atomic_file.hpp"
#include "score/pictures.hpp"

namespace gwsd::cli::train_command {
namespace {

struct Options {
    std::string cube, output, preset, truth_mode, resume;
    std::optional<std::int64_t> epochs;
    bool allow_leakage = false;
};

/// The loss curve is a convenience: training that is done does not fail for want of it.
void draw_loss_curve(const std::string& run)
{
    try {
        const auto pictures = score::loss_plots(run + "/metrics.csv");
        io::AtomicFile file(run + "/loss.png", true);
        file.write(pictures.front().image.png());
        file.sync();
        file.publish();
    } catch (const Error& error) {
        note(std::string("no loss curve: ") + error.what());
    }
}

void run(const Options& options)
{
    train::TrainOptions train;
    train.config = train::load_config(common().config, common().set, options.preset);
    if (!options.truth_mode.empty()) train.config.data.truth_mode = options.truth_mode;
    if (options.epochs) train.config.train.epochs = *options.epochs;
    if (options.allow_leakage) train.config.data.allow_leakage = true;
    train.cube = options.cube, train.output = options.output;
    train.resume = options.resume.empty() ? "never" : options.resume;
    train.seed = common().seed, train.overwrite = common().overwrite;
    const train::TrainSummary summary = train::train(train);
    if (summary.epochs > 0) draw_loss_curve(options.output);
    say("trained " + std::to_string(summary.epochs) + " epochs in " + duration_text(summary.seconds) +
        "; best model: " + summary.model);
    say("next: gwsd downscale --model " + summary.model + " --cube " + options.cube + " --output fine.nc");
    if (!common().json) return;
    const nlohmann::ordered_json result{{"model", summary.model},
                                        {"epochs", summary.epochs},
                                        {"steps", summary.steps},
                                        {"best_loss", summary.best_loss},
                                        {"seconds", summary.seconds}};
    std::puts(result.dump(2).c_str());
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("--cube", options->cube, "Cube that gwsd prepare wrote")->required()->type_name("CUBE");
    add_output(app, options->output,
               "Folder of the run: best.gwsd, checkpoints, metrics.csv, loss.png, run.json, config.toml")
        ->required();
    app.add_option("--preset", options->preset,
                   "The network, its size and training: " + std::string(models::preset_names))
        ->check([](const std::string& name) {
            try {
                models::preset(name);
                return std::string();
            } catch (const ConfigError& error) {
                return std::string(error.what());
            }
        });
    app.add_option("--truth-mode", options->truth_mode,
                   "What stands for the fine truth: reference (the cube's), scale_shift (the coarse field itself, one "
                   "scale up), or auto (reference where there is one)")
        ->check(CLI::IsMember({"auto", "reference", "scale_shift", "none"}));
    app.add_option("--epochs", options->epochs, "Epochs at most; train.epochs by default")
        ->check(CLI::Range(0, 1000000));
    const auto resume =
        app.add_option(
               "--resume", options->resume,
               "Go on with the run in the folder, or begin it (auto, the value by default), or from a checkpoint; "
               "never refuses a folder that holds a run")
            ->expected(0, 1)
            ->default_str("auto")
            ->type_name("auto,never,PATH");
    app.add_flag("--allow-leakage", options->allow_leakage,
                 "Go on, with a warning in every output, when interpolation explains the target");
    return [options, resume] {
        if (resume->count() > 0 && options->resume.empty()) options->resume = "auto";
        run(*options);
    };
}

const Register registered{
    "train", "trains a network on a cube",
    "gwsd train --cube cube.nc --output run --preset small\n"
    "  gwsd train --cube cube.nc --output run --preset small --resume     after Ctrl-C, or a crash\n"
    "  gwsd train --cube cube.nc --output run --preset small --resume --epochs 48     more epochs than it began with\n"
    "  gwsd train --cube cube.nc --output run --truth-mode scale_shift --set data.test_period=2016-01:2023-09\n"
    "  gwsd train --cube cube.nc --output run --config run.toml --epochs 60",
    define, reads_configuration};

} // namespace
} // namespace gwsd::cli::train_command
