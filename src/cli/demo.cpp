#include <cstdio>
#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain.hpp"
#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/data/prepare.hpp"
#include "gwsd/data/region.hpp"
#include "gwsd/data/world_files.hpp"
#include "gwsd/infer/downscale.hpp"
#include "gwsd/score/baseline_names.hpp"
#include "gwsd/score/evaluate.hpp"

namespace gwsd::cli::demo_command {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string output = "gwsd-demo";
    bool quick = false;
};

/// What of the built-in world is used: Europe and its seas, with mountains, plains and coasts. The test months lie six
/// months and more after the last that trained, and a region in the middle trains nothing.
struct Plan {
    std::string region, period;
    train::Config config;
};

Plan plan_of(const Options& options)
{
    Plan plan;
    plan.config = train::load_config({}, {}, "small");
    train::Config& c = plan.config;
    if (options.quick) {
        plan.region = "0,40,20,54", plan.period = "2006-08:2010-06";
        c.data.train_period = "2006-08:2008-12", c.data.test_period = "2009-12:2010-06";
        c.data.holdout_regions = {{6, 46, 11, 50}}, c.data.holdout_buffer = 1;
        c.train.epochs = 6;
    } else {
        plan.region = "-10,36,22,60", plan.period = "2006-08:2013-06";
        c.data.train_period = "2007-01:2011-03", c.data.validation_period = "2011-07:2011-12";
        c.data.test_period = "2012-07:2013-06";
        c.data.holdout_regions = {{2, 44, 10, 52}}, c.data.holdout_buffer = 2;
        c.train.epochs = 4, c.train.batch = 2, c.loss.ramp_epochs = 2; // many small steps, for few minutes
    }
    c.data.tile = 16, c.data.stride = 8;
    c.train.patience = 0;
    // The command line comes last, so that one can try things.
    const train::Schema schema = train::schema_of(c);
    if (!common().config.empty()) schema.read_file(common().config);
    for (const std::string& assignment : common().set) schema.set(assignment);
    return plan;
}

/// A folder that is not there, or an empty one, or with --overwrite any folder.
void check_folder(const std::string& path)
{
    std::error_code ignored;
    if (!fs::exists(path, ignored)) return;
    if (!fs::is_directory(path, ignored)) throw CannotCreate(path + ": exists and is not a folder");
    if (!common().overwrite && !fs::is_empty(path, ignored))
        throw CannotCreate(
            path + ": exists already; give another --output, or --overwrite to replace what the demo wrote there");
}

void run(const Options& options)
{
    const Plan plan = plan_of(options);
    score::check_baselines(plan.config.evaluate.baselines);
    check_folder(options.output);
    const std::string folder = options.output, command = std::string("gwsd demo") + (options.quick ? " --quick" : "");
    say("gwsd demo: the whole job on a built-in world. The world is SYNTHETIC: the Earth's relief, but invented "
        "weather, "
        "soils and aquifers.");
    fs::create_directories(folder);

    Stages stages;
    const auto world = stages.run("world", "a fine truth, and what satellites and ERA5-Land would show of it", [&] {
        return data::write_world({.seed = common().seed,
                                  .region = data::parse_region(plan.region, "region"),
                                  .period = geo::Period::parse(plan.period)},
                                 folder + "/world", common().overwrite, command);
    });
    const std::string cube = folder + "/cube.nc", run = folder + "/run", fine = folder + "/fine.nc";
    stages.run("prepare", "all on one pair of grids, 0.5 and 0.125 degrees", [&] {
        data::PrepareOptions prepare;
        prepare.gwsa = {world.gwsa}, prepare.era5 = world.era5, prepare.reference = {world.truth + ":gws"};
        prepare.statics = {"elevation=" + world.land + ":elevation"};
        prepare.land = world.land + ":land_fraction";
        prepare.synthetic = true, prepare.noise = true, prepare.seed = common().seed;
        prepare.command = command;
        return data::prepare(prepare, cube, common().overwrite);
    });
    const auto trained = stages.run("train", "a small network on months and places that the score does not use", [&] {
        train::TrainOptions train;
        train.config = plan.config, train.cube = cube, train.output = run;
        train.seed = common().seed, train.overwrite = common().overwrite;
        return train::train(train);
    });
    stages.run("downscale", "every month, from 0.5 to 0.125 degrees", [&] {
        infer::DownscaleOptions downscale;
        downscale.model = trained.model, downscale.cube = cube, downscale.output = fine;
        downscale.config = plan.config.downscale, downscale.overwrite = common().overwrite;
        downscale.command = command;
        infer::downscale(downscale);
    });
    const auto scores =
        stages.run("evaluate", "against the truth, beside what else one could do with the same files", [&] {
            score::EvaluateOptions evaluate;
            evaluate.prediction = fine, evaluate.cube = cube, evaluate.output = folder;
            evaluate.metrics = run + "/metrics.csv", evaluate.bootstrap = plan.config.evaluate.bootstrap;
            evaluate.seed = common().seed, evaluate.command = command;
            evaluate.baselines = plan.config.evaluate.baselines;
            evaluate.overwrite = true; // the folder is the demo's own by now
            return score::evaluate(evaluate);
        });
    std::fputs(common().json ? scores.scores.c_str() : scores.table.c_str(), stdout);
    say(scores.verdict);
    say("time: " + stages.summary());
    say("These scores are of a synthetic world: they show that the method works, not how well it does on yours.");
    say("wrote " + fine + ", maps (*.png), " + folder + "/scores.json; open " + folder + "/report.html");
    say("next, with your own files: gwsd inspect FILE.nc     then: gwsd prepare --help");
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    add_output(app, options->output, "Folder for fine.nc, maps, report.html, scores.json, and what they were made from")
        ->capture_default_str();
    app.add_flag("--quick", options->quick, "A smaller region and fewer months, for a first look");
    app.footer(
        "Needs no download, no GPU and no Python. Writes into the folder:\n"
        "  fine.nc          groundwater storage anomaly and its standard error, 0.125 degrees (CF-1.11)\n"
        "  report.html      scores, maps and curves on one page; *.png and scores.json are the same apart\n"
        "  world/, cube.nc  the synthetic truth and input files, and the cube made from them\n"
        "  run/             the trained network, its configuration and metrics");
    return [options] { run(*options); };
}

const Register registered{"demo", "the whole job on a built-in world: world, prepare, train, downscale, evaluate",
                          "gwsd demo --output gwsd-demo\n"
                          "  gwsd demo --quick --output quick-look",
                          define, reads_configuration};

} // namespace
} // namespace gwsd::cli::demo_command
