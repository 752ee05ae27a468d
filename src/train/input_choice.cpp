#include "train/input_choice.hpp"

#include <algorithm>

#include "gwsd/core/message.hpp"
#include "gwsd/losses/registry.hpp"

namespace gwsd::train {
namespace {

bool in(const std::vector<std::string>& names, const std::string& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::string listed(const std::vector<std::string>& names)
{
    std::string text;
    for (const std::string& name : names) text += (text.empty() ? "" : ", ") + name;
    return text.empty() ? "none" : text;
}

/// A memory moves so slowly that a short record shows few of its states; in months that bring others the network errs
/// by more than it gains (docs/explanations/predictor_memory.md).
bool can_be_learnt(const data::PredictorMemory& memory, Index training_steps)
{
    const Index wanted = std::max(Index{24}, 4 * memory.months);
    if (training_steps < wanted)
        note("the memory of " + memory.predictor + " over " + std::to_string(memory.months) +
             " months is left out: it wants " + std::to_string(wanted) + " training months, and there are " +
             std::to_string(training_steps));
    return training_steps >= wanted;
}

} // namespace

std::string resolved_mode(const Config& config, const io::CubeInfo& info)
{
    const std::string& wanted = config.data.truth_mode;
    if (wanted == "none")
        throw DataError(
            "data.truth_mode = none: without a fine truth there is nothing to learn; use reference with a cube that "
            "has one, or scale_shift to learn from the coarse field itself");
    if (wanted == "auto") return info.has_reference ? "reference" : "scale_shift";
    if (wanted == "reference" && !info.has_reference)
        throw DataError(
            "data.truth_mode = reference: the cube has no fine reference; prepare it with --reference, or use "
            "--truth-mode scale_shift");
    return wanted;
}

bool reads_operator(const Config& config, const io::CubeInfo& info, const std::string& mode)
{
    const std::string& wanted = config.data.coarse;
    if (wanted == "operator" && !info.has_reference)
        throw ConfigError("data.coarse = operator: the cube has no reference, so no operator's view of it; use given");
    if (wanted == "given" && !info.has_given)
        throw ConfigError("data.coarse = given: the cube has no given coarse field (--gwsa); use operator");
    if (wanted != "auto") return wanted == "operator";
    return mode == "reference" || !info.has_given;
}

data::InputSpec input_spec(const Config& config, const io::CubeInfo& info, bool coarse_is_operator,
                           Index training_steps)
{
    data::InputSpec spec;
    spec.predictors = config.data.predictors.empty() ? info.predictors : config.data.predictors;
    for (const std::string& name : spec.predictors)
        if (!in(info.predictors, name))
            throw ConfigError("data.predictors: the cube has no predictor '" + name + "'; it has " +
                              listed(info.predictors));
    const bool rains = in(spec.predictors, config.data.precipitation);
    const std::string temperature = in(spec.predictors, config.data.temperature) ? config.data.temperature : "";
    if (info.time.monthly && rains)
        for (const Index months : config.data.memory) {
            const data::PredictorMemory memory{config.data.precipitation, months, temperature};
            if (std::count(config.data.memory.begin(), config.data.memory.end(), months) > 1)
                throw ConfigError("data.memory: has " + std::to_string(months) + " months twice");
            if (can_be_learnt(memory, training_steps))
                spec.memory.push_back(memory), spec.predictors.push_back(memory.name());
        }
    if (!spec.memory.empty() && temperature != config.data.temperature)
        note("snow counts as rain in the memories of '" + config.data.precipitation +
             "': the network reads no predictor '" + config.data.temperature + "' (data.temperature)");
    if (info.time.monthly && config.data.coarse_memory > 0) {
        const data::PredictorMemory memory{data::PredictorMemory::coarse_field, config.data.coarse_memory};
        if (can_be_learnt(memory, training_steps))
            spec.memory.push_back(memory), spec.predictors.push_back(memory.name());
    }
    spec.statics = info.statics;
    spec.window = config.data.window;
    spec.factor = info.factor;
    spec.coarse_is_operator = coarse_is_operator;
    spec.base = geo::parse_method(config.model.base);
    return spec;
}

std::pair<std::string, std::string> recharge_predictors(const Config& config, const io::CubeInfo& info)
{
    std::pair<std::string, std::string> names;
    for (const auto& term : losses::terms()) {
        const auto weight = config.loss.weight.find(term.name);
        if (term.is_data || term.needs.empty() || weight == config.loss.weight.end() || !(weight->second > 0)) continue;
        const auto need = [&](const std::string& what, const std::string& key, const std::string& name) {
            if (term.needs.find(what) != std::string::npos && !in(info.predictors, name))
                throw ConfigError("loss.weight." + term.name + ": the term needs " + what +
                                  ", but the cube has no predictor '" + name + "' (it has " + listed(info.predictors) +
                                  "); set loss.weight." + term.name + "=0, or " + key + " to the predictor that it is");
        };
        need("precipitation", "data.precipitation", config.data.precipitation);
        need("soil moisture", "data.soil_moisture", config.data.soil_moisture);
        names = {config.data.precipitation, config.data.soil_moisture};
    }
    return names;
}

} // namespace gwsd::train
