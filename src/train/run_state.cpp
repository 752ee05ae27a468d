#include "train/run_state.hpp"

#include <cmath>
#include <cstring>
#include <map>
#include <nlohmann/json.hpp>
#include <span>
#include <sstream>

#include "gwsd/kernels/precision.hpp"
#include "train/parameter_array.hpp"

namespace gwsd::train {
namespace {

using nlohmann::json;

/// Keys whose value may change when a run goes on: they do not touch its numbers, or only say when it ends.
bool may_change(const std::string& key)
{
    for (const char* group : {"data.", "model.", "loss.", "train."})
        if (key.rfind(group, 0) == 0)
            return key == "train.checkpoint_minutes" || key == "train.keep" || key == "train.tensorboard" ||
                   key == "data.allow_leakage" || key == "data.scratch" || key == "train.members" ||
                   key == "train.calibration_folds" || key == "train.fold_epochs" || key == "train.patience";
    return true;
}

/// "key = value" lines of an effective configuration.
std::map<std::string, std::string> settings(const std::string& toml)
{
    std::map<std::string, std::string> values;
    std::istringstream lines(toml);
    for (std::string line; std::getline(lines, line);)
        if (const auto equal = line.find(" = "); equal != std::string::npos)
            values[line.substr(0, equal)] = line.substr(equal + 3);
    return values;
}

Index epochs_of(const std::map<std::string, std::string>& values)
{
    const auto found = values.find("train.epochs");
    return found == values.end() ? 0 : std::stoll(found->second);
}

/// What a run is told beside its configuration, and what changes its numbers.
using Options = std::map<std::string, std::string>;
Options options_of(std::uint64_t seed)
{
    return {{"seed", std::to_string(seed)}, {"precision", kernels::to_string(kernels::default_precision())}};
}

void check_same_run(const TrainedModel& stored, const TrainedModel& about, const Options& stored_options,
                    const Options& options)
{
    const auto before = settings(stored.config), now = settings(about.config);
    const bool longer = epochs_of(now) > epochs_of(before);
    std::string differences;
    for (const auto& [key, value] : now) {
        const auto old = before.find(key);
        const std::string was = old == before.end() ? "not there" : old->second;
        if (!may_change(key) && was != value && !(key == "train.epochs" && longer))
            differences += (differences.empty() ? "" : ", ") + key + " = " + value + " (was " + was + ")";
    }
    for (const auto& [name, value] : options)
        if (const std::string& was = stored_options.at(name); was != value)
            differences += (differences.empty() ? "" : ", ") + ("--" + name) + " " + value + " (was " + was + ")";
    if (!differences.empty())
        throw ConfigError(
            "--resume: the run was started with another configuration: " + differences +
            ". Go on with its own (config.toml in the run's folder; train.epochs may only grow), or start "
            "anew with another --output");
    if (stored.normalisation.to_json() != about.normalisation.to_json() || stored.truth_mode != about.truth_mode ||
        stored.quantity != about.quantity || stored.train_period != about.train_period ||
        stored.validation_period != about.validation_period)
        throw DataError(
            "--resume: the cube is not the one that the run was started with (its constants over the training "
            "months differ); give the same --cube, or start anew with another --output");
}

void write_back(const io::Checkpoint& checkpoint, const std::string& name, const Tensor<float>& tensor)
{
    const io::NamedArray& array = checkpoint.at(name);
    if (array.dtype != "F32" || !(array.shape == tensor.shape()))
        throw DataError("checkpoint: array '" + name + "' has shape " + to_string(array.shape) + ", expected " +
                        to_string(tensor.shape()) + "; it is of another network");
    std::memcpy(tensor.data(), array.bytes.data(), array.bytes.size());
}

const std::string weight_prefix = "state.weight.", optimiser_prefix = "state.";

} // namespace

std::string Position::to_json() const
{
    json grown = json::array();
    for (const Extension& e : extensions) grown.push_back({{"epochs", e.epochs}, {"after_step", e.after_step}});
    return json{{"epoch", epoch},
                {"step", step},
                {"steps", steps},
                {"best", std::isfinite(best) ? json(best) : json()},
                {"best_epoch", best_epoch},
                {"stale", stale},
                {"variance_scale", variance_scale},
                {"skipped", skipped},
                {"skipped_in_a_row", skipped_in_a_row},
                {"sums", sums},
                {"seconds", seconds},
                {"finished", finished},
                {"extensions", grown}}
        .dump();
}

Position Position::from_json(const std::string& text)
{
    try {
        const json j = json::parse(text);
        Position p;
        p.epoch = j.at("epoch").get<Index>(), p.step = j.at("step").get<Index>(), p.steps = j.at("steps").get<Index>();
        if (!j.at("best").is_null()) p.best = j.at("best").get<double>();
        p.best_epoch = j.at("best_epoch").get<Index>(), p.stale = j.at("stale").get<Index>();
        p.variance_scale = j.at("variance_scale").get<double>();
        p.skipped = j.at("skipped").get<Index>();
        p.skipped_in_a_row = j.at("skipped_in_a_row").get<Index>();
        p.sums = j.at("sums").get<std::vector<double>>();
        p.seconds = j.at("seconds").get<double>();
        p.finished = j.at("finished").get<bool>();
        for (const json& e : j.value("extensions", json::array())) // not in checkpoints of version 0.1
            p.extensions.push_back({e.at("epochs").get<Index>(), e.at("after_step").get<Index>()});
        if (p.epoch < 0 || p.step < 0 || p.steps < 0) throw DataError("checkpoint: its position is below zero");
        return p;
    } catch (const json::exception& error) {
        throw DataError(std::string("checkpoint: its position cannot be read: ") + error.what());
    }
}

io::Checkpoint to_checkpoint(const TrainedModel& about, const Learner& learner, const Position& position,
                             std::uint64_t seed)
{
    TrainedModel model = about;
    const LearnerState state = learner.state();
    model.parameters = state.model();
    model.variance_scale = position.variance_scale;
    io::Checkpoint checkpoint = to_checkpoint(model);
    checkpoint.metadata["gwsd.position"] = position.to_json();
    for (const auto& [name, value] : options_of(seed)) checkpoint.metadata["gwsd." + name] = value;
    checkpoint.metadata["gwsd.updates"] = json{{"optimiser", state.steps}, {"average", state.updates}}.dump();
    for (const auto& [name, tensor] : state.weights)
        checkpoint.arrays.push_back(array_of(weight_prefix + name, tensor));
    for (const auto& [name, tensor] : state.moments)
        checkpoint.arrays.push_back(array_of(optimiser_prefix + name, tensor));
    return checkpoint;
}

Position restore(const io::Checkpoint& checkpoint, const TrainedModel& about, Learner& learner, std::uint64_t seed)
{
    const auto text = [&](const char* key) {
        const auto found = checkpoint.metadata.find(key);
        if (found == checkpoint.metadata.end())
            throw DataError(std::string("--resume: the file has no '") + key +
                            "'; expected checkpoint_<step>.gwsd of a training run, not a model");
        return found->second;
    };
    Position position = Position::from_json(text("gwsd.position"));
    const json updates = json::parse(text("gwsd.updates"), nullptr, false);
    if (!updates.is_object() || !updates.contains("optimiser") || !updates.contains("average"))
        throw DataError("checkpoint: its counts of updates cannot be read");
    const Options options = options_of(seed);
    Options stored;
    for (const auto& [name, value] : options) stored[name] = text(("gwsd." + name).c_str());
    const TrainedModel before = from_checkpoint(checkpoint, "checkpoint");
    check_same_run(before, about, stored, options);
    if (const Index epochs = epochs_of(settings(before.config)); epochs < epochs_of(settings(about.config)))
        position.extensions.push_back({epochs, position.steps});
    LearnerState state = learner.state();
    for (const auto& [name, tensor] : state.weights) write_back(checkpoint, weight_prefix + name, tensor);
    for (const auto& [name, tensor] : state.moments) write_back(checkpoint, optimiser_prefix + name, tensor);
    for (const auto& [name, tensor] : state.averages) write_back(checkpoint, "model." + name, tensor);
    state.steps = updates.at("optimiser").get<std::uint64_t>();
    state.updates = updates.at("average").get<std::uint64_t>();
    learner.set_state(state);
    return position;
}

} // namespace gwsd::train
