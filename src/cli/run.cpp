#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>

#include "cli/chain.hpp"
#include "cli/command.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/data/prepare.hpp"
#include "gwsd/infer/downscale.hpp"
#include "gwsd/io/file_identity.hpp"
#include "gwsd/io/output.hpp"
#include "gwsd/score/baseline_names.hpp"
#include "gwsd/score/evaluate.hpp"
#include "io/hash.hpp"

namespace gwsd::cli::run_command {
namespace {

namespace fs = std::filesystem;

struct Options {
    std::string config, output;
};

/// The finished parts of a run folder: for each the hash of all that it depends on. A part whose hash is there and
/// whose output exists is not done again.
class State {
public:
    explicit State(std::string path) : path_(std::move(path))
    {
        std::ifstream file(path_);
        if (!file) return;
        done_ = nlohmann::json::parse(file, nullptr, false);
        if (!done_.is_object()) done_ = nlohmann::json::object(); // unreadable: everything is done again
    }
    bool has(const std::string& part, const std::string& key, const std::string& output) const
    {
        return done_.value(part, std::string()) == key && fs::exists(output);
    }
    void set(const std::string& part, const std::string& key)
    {
        done_[part] = key;
        io::write_text(path_, done_.dump(2) + "\n", true);
    }

private:
    std::string path_;
    nlohmann::json done_ = nlohmann::json::object();
};

/// Text of the keys of some groups, such as "prepare" and "data", as they are in effect.
std::string keys_of(const train::Schema& schema, const std::vector<std::string>& groups)
{
    train::Schema part;
    for (const train::Key& key : schema.keys())
        for (const std::string& group : groups)
            if (key.name.rfind(group + ".", 0) == 0) part.add(key);
    return part.effective();
}

std::string hash_of(const std::vector<std::string>& parts)
{
    io::Hash hash;
    for (const std::string& part : parts) hash.add(part + '\n');
    return hash.text();
}

/// The path of PATH, PATH:VARIABLE or NAME=PATH:VARIABLE.
std::string path_in(std::string text)
{
    if (fs::exists(text)) return text;
    if (const auto equal = text.find('='); equal != std::string::npos) text = text.substr(equal + 1);
    if (fs::exists(text)) return text;
    const auto colon = text.rfind(':');
    return colon == std::string::npos ? text : text.substr(0, colon);
}

/// Hash of the names and contents of all input files.
std::string inputs_hash(const data::PrepareOptions& options)
{
    std::vector<std::string> parts;
    for (const std::string& file : data::input_files(options)) {
        parts.push_back(file);
        parts.push_back(io::identify_file(file).xxh3);
    }
    return hash_of(parts);
}

class Run {
public:
    Run(const Options& options, train::Config config)
        : folder_(options.output),
          command_("gwsd run " + options.config),
          config_(std::move(config)),
          schema_(train::schema_of(config_)),
          state_(folder_ + "/state.json")
    {
    }

    void operator()()
    {
        prepare();
        train();
        downscale();
        evaluate();
        say("time: " + stages_.summary());
        say("wrote " + fine_ + "; open " + folder_ + "/scores/report.html");
    }

private:
    template <class Body>
    void part(const std::string& name, const std::string& what, const std::string& key, const std::string& output,
              const Body& body)
    {
        if (state_.has(name, key, output)) return say("== " + name + ": done before, " + output + " is kept");
        stages_.run(name, what, body);
        state_.set(name, key);
    }

    void prepare()
    {
        prepared_ =
            hash_of({keys_of(schema_, {"prepare"}), inputs_hash(config_.prepare), std::to_string(common().seed)});
        part("prepare", "the files on one pair of grids", prepared_, cube_,
             [&] { prepare(config_.prepare.region, cube_); });
        train_cube_ = cube_, train_cube_key_ = prepared_;
        if (config_.train_region.empty() || !config_.trained_model.empty()) return;
        train_cube_ = folder_ + "/train_cube.nc";
        train_cube_key_ = hash_of({prepared_, config_.train_region});
        part("prepare_training", "the same, for the region that trains", train_cube_key_, train_cube_,
             [&] { prepare(config_.train_region, train_cube_); });
    }

    void prepare(const std::string& region, const std::string& cube)
    {
        data::PrepareOptions options = config_.prepare;
        options.region = region, options.seed = common().seed;
        data::prepare(options, cube, true);
    }

    void train()
    {
        if (!config_.trained_model.empty()) {
            model_ = config_.trained_model;
            trained_ = io::identify_file(model_).xxh3;
            return say("== train: not needed, the model is " + model_);
        }
        trained_ = hash_of({train_cube_key_, keys_of(schema_, {"data", "model", "loss", "train", "calibration"}),
                            std::to_string(common().seed)});
        part("train", "a network on the training months", trained_, model_, [&] {
            train::TrainOptions options;
            options.config = config_, options.cube = train_cube_, options.output = folder_ + "/run",
            options.seed = common().seed;
            // What another configuration left is replaced; what this one left is gone on with.
            const bool same = state_.has("train_begun", trained_, options.output);
            options.resume = same ? "auto" : "never", options.overwrite = !same;
            state_.set("train_begun", trained_);
            model_ = train::train(options).model;
        });
    }

    void downscale()
    {
        std::vector<std::string> key{prepared_, trained_, keys_of(schema_, {"downscale"})};
        if (config_.downscale.dropout_samples > 0) key.push_back(std::to_string(common().seed));
        fine_key_ = hash_of(key);
        part("downscale", "every month to the fine grid", fine_key_, fine_, [&] {
            infer::DownscaleOptions options;
            options.model = model_, options.cube = cube_, options.output = fine_;
            options.config = config_.downscale, options.overwrite = true, options.command = command_;
            options.seed = common().seed;
            infer::downscale(options);
        });
    }

    void evaluate()
    {
        const std::string output = folder_ + "/scores";
        const std::string truth = config_.evaluate.truth;
        const std::string key =
            hash_of({fine_key_, keys_of(schema_, {"evaluate"}),
                     truth.empty() ? truth : io::identify_file(path_in(truth)).xxh3, std::to_string(common().seed)});
        part("evaluate", "scores, maps and the report", key, output + "/scores.json", [&] {
            score::EvaluateOptions options;
            options.prediction = fine_, options.truth = truth, options.cube = cube_, options.output = output;
            if (fs::exists(folder_ + "/run/metrics.csv")) options.metrics = folder_ + "/run/metrics.csv";
            options.bootstrap = config_.evaluate.bootstrap, options.seed = common().seed;
            options.baselines = config_.evaluate.baselines;
            options.overwrite = true, options.command = command_;
            const auto summary = score::evaluate(options);
            std::fputs(common().json ? summary.scores.c_str() : summary.table.c_str(), stdout);
            say(summary.verdict);
        });
    }

    std::string folder_, command_;
    train::Config config_;
    train::Schema schema_;
    State state_;
    Stages stages_;
    std::string cube_ = folder_ + "/cube.nc", model_ = folder_ + "/run/best.gwsd", fine_ = folder_ + "/fine.nc";
    std::string prepared_, train_cube_, train_cube_key_, trained_, fine_key_;
};

void run(Options options)
{
    if (options.output.empty()) options.output = fs::path(options.config).stem().string() + "-run";
    train::Config config = train::load_config(options.config, common().set);
    if (config.prepare.gwsa.empty() && config.prepare.reference.empty())
        throw ConfigError(options.config +
                          ": prepare.gwsa and prepare.reference are both empty; `gwsd run` needs a coarse "
                          "field, a fine reference, or both");
    score::check_baselines(config.evaluate.baselines);
    const bool ours = fs::exists(options.output + "/state.json");
    if (fs::exists(options.output) && !ours && !common().overwrite && !fs::is_empty(options.output))
        throw CannotCreate(options.output +
                           ": exists and was not made by `gwsd run`; give another --output, or --overwrite");
    fs::create_directories(options.output);
    if (common().overwrite) io::write_text(options.output + "/state.json", "{}\n", true);
    Run{options, config}();
}

std::function<void()> define(CLI::App& app)
{
    const auto options = std::make_shared<Options>();
    app.add_option("CONFIG", options->config, "TOML file; `gwsd config --explain` prints one to start from")
        ->required()
        ->type_name("FILE");
    add_output(app, options->output, "Folder of the run; the name of CONFIG with -run behind it by default");
    app.footer(
        "Writes into the folder:\n"
        "  cube.nc      the inputs on one pair of grids; with run.train_region also train_cube.nc\n"
        "  run/         the trained network, checkpoints, metrics (not with run.model)\n"
        "  fine.nc      the refined field and its standard error\n"
        "  scores/      scores.json, tables, maps, report.html\n"
        "  state.json   which parts are done, with the hashes of what they were made from\n"
        "The same command again goes on where it stopped; a part is done again when its files or keys changed, and all "
        "of\n"
        "them with --overwrite. Paths in CONFIG are relative to the current folder.");
    return [options] { run(*options); };
}

const Register registered{"run", "the whole chain on one's own files, from one configuration",
                          "gwsd run my_region.toml\n"
                          "  gwsd run my_region.toml --output results --set train.epochs=60",
                          define, reads_configuration};

} // namespace
} // namespace gwsd::cli::run_command
