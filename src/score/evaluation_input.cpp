#include "score/evaluation_input.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <set>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "gwsd/core/message.hpp"
#include "gwsd/data/predictor_memory.hpp"
#include "gwsd/data/region.hpp"
#include "gwsd/score/baseline_names.hpp"
#include "score/file_truth.hpp"

namespace gwsd::score {

namespace {

class CubeReference : public TruthSource {
public:
    explicit CubeReference(std::shared_ptr<const io::FieldSource> cube) : cube_(std::move(cube)) {}
    std::string description() const override { return "the cube's reference"; }
    std::shared_ptr<const std::vector<float>> field(Index t) const override { return cube_->field("reference", t); }

private:
    std::shared_ptr<const io::FieldSource> cube_;
};

std::optional<geo::Period> period_of(const PredictionFile& file, const std::string& attribute)
{
    const std::string text = file.attribute(attribute);
    if (text.empty() || text == "none") return std::nullopt;
    return geo::Period::parse(text, file.path() + ": attribute " + attribute);
}

double number_of(const std::string& text, const std::string& where)
{
    double value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc{} || end != text.data() + text.size() || !std::isfinite(value))
        throw DataError(where + ": '" + text + "' is not a number");
    return value;
}

Split split_of(const PredictionFile& file)
{
    Split split;
    split.train = period_of(file, "gwsd_train_period");
    split.validation = period_of(file, "gwsd_validation_period");
    split.test = period_of(file, "gwsd_test_period");
    const std::string where = file.path() + ": attribute gwsd_holdout_";
    split.holdouts = data::parse_regions(file.attribute("gwsd_holdout_regions"), where + "regions");
    if (const std::string buffer = file.attribute("gwsd_holdout_buffer"); !buffer.empty())
        split.buffer = number_of(buffer, where + "buffer");
    return split;
}

void open_predictions(const EvaluateOptions& options, EvaluationInput& input)
{
    input.predictions.emplace_back(options.prediction, "gwsd", input.info());
    std::set<std::string> names{"gwsd"};
    for (const std::string& name : baseline_names()) names.insert(name);
    for (const std::string& also : options.also) {
        const auto equals = also.find('=');
        if (equals == std::string::npos || equals == 0 || equals + 1 == also.size())
            throw UsageError("--also " + also + ": expects NAME=FILE");
        const std::string name = also.substr(0, equals);
        if (!names.insert(name).second)
            throw UsageError("--also " + also + ": there is a method '" + name + "' already; choose another name");
        input.predictions.emplace_back(also.substr(equals + 1), name, input.info());
    }
}

/// Steps of the cube that every prediction holds.
void choose_steps(EvaluationInput& input)
{
    const geo::TimeAxis& axis = input.info().time;
    for (Index t = 0; t < axis.size(); ++t) {
        const auto step = axis.steps[static_cast<std::size_t>(t)];
        if (std::all_of(input.predictions.begin(), input.predictions.end(),
                        [step](const PredictionFile& file) { return file.time().find(step) >= 0; }))
            input.steps.push_back(t);
    }
    if (input.steps.empty())
        throw DataError(input.predictions.front().path() + ": has no step in common with the cube" +
                        (input.predictions.size() > 1 ? " and the other predictions" : "") + " (" + axis.label(0) +
                        " to " + axis.label(axis.size() - 1) + "); give the cube that this file was made from");
}

} // namespace

EvaluationInput open_evaluation(const EvaluateOptions& options)
{
    check_baselines(options.baselines);
    EvaluationInput input;
    input.baselines = options.baselines, input.seed = options.seed;
    input.cube = io::open_cube(options.cube, std::size_t{1} << 28);
    open_predictions(options, input);
    const PredictionFile& prediction = input.predictions.front();
    choose_steps(input);
    input.split = split_of(prediction);

    if (!options.truth.empty())
        input.truth = open_truth(options.truth, input.cube);
    else if (input.info().has_reference)
        input.truth = std::make_unique<CubeReference>(input.cube);
    input.truth_mode = prediction.attribute("gwsd_truth_mode");
    if (input.truth_mode.empty()) input.truth_mode = input.truth ? "reference" : "none";

    const std::string coarse = prediction.attribute("gwsd_coarse");
    const bool given = coarse.empty() ? input.info().has_given : coarse == "given";
    input.coarse_variable = given ? "gwsa" : "gwsa_operator";
    if (given ? !input.info().has_given : !input.info().has_reference)
        throw DataError(options.cube + ": has no coarse field '" + input.coarse_variable + "', which " +
                        prediction.path() + " says it refines; give the cube that it was made from");

    input.cube = data::with_memory(input.cube,
                                   data::parse_memories(prediction.attribute("gwsd_predictor_memory"),
                                                        prediction.path() + ": gwsd_predictor_memory"),
                                   input.coarse_variable);

    input.land_fraction = *input.cube->field("land_fraction", 0);
    for (float& land : input.land_fraction)
        if (!(land > 0)) land = 0;
    return input;
}

} // namespace gwsd::score
