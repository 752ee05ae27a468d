#include "score/baselines/baselines.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/message.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/data/splits.hpp"
#include "gwsd/geo/interpolate.hpp"

namespace gwsd::score {

namespace {

bool contains(const std::vector<std::string>& names, const std::string& name)
{
    return std::find(names.begin(), names.end(), name) != names.end();
}

std::vector<float> coarse_land(const EvaluationInput& input)
{
    const geo::Grid &coarse = input.info().coarse, &fine = input.info().fine;
    const Index factor = input.info().factor;
    std::vector<float> land(static_cast<std::size_t>(coarse.cells()));
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0; col < fine.cols(); ++col) {
            float& block = land[static_cast<std::size_t>(row / factor * coarse.cols() + col / factor)];
            block = std::max(block, input.land_fraction[static_cast<std::size_t>(row * fine.cols() + col)]);
        }
    return land;
}

std::vector<Index> training_steps(const EvaluationInput& input)
{
    std::vector<Index> steps;
    const geo::TimeAxis& axis = input.info().time;
    for (Index t = 0; input.split.train && t < axis.size(); ++t)
        if (axis.day(t) >= input.split.train->first && axis.day(t) <= input.split.train->last) steps.push_back(t);
    return steps;
}

std::optional<Lessons> lessons_of(const EvaluationInput& input)
{
    Lessons lessons{training_steps(input), {}, [&input](Index t) { return input.truth->field(t); }};
    if (!input.truth || input.truth_mode != "reference" || input.info().predictors.empty() || lessons.steps.empty())
        return std::nullopt;
    const auto outside = data::outside_regions(input.info().fine, input.split.holdouts, input.split.buffer);
    for (std::size_t i = 0; i < outside.size(); ++i)
        lessons.learns.push_back(static_cast<std::int8_t>(input.land_fraction[i] > 0 ? outside[i] : -1));
    return lessons;
}

BaselineInput baseline_input(const EvaluationInput& input)
{
    std::vector<Index> steps = training_steps(input);
    for (Index t = 0; !input.split.train && t < input.info().time.size(); ++t) steps.push_back(t);
    return {*input.cube,      input.coarse_variable, input.land_fraction, coarse_land(input),
            std::move(steps), lessons_of(input),     input.seed};
}

} // namespace

Baselines::Baselines(const EvaluationInput& input)
    : input_(baseline_input(input)),
      smooth_(geo::make_regridder(geo::Method::smooth_conservative, input.info().coarse, input.info().fine))
{
    const StepReader reader = [this](Index t) { return read(t); };
    for (const BaselineKind& kind : baseline_kinds()) {
        const bool asked = contains(input.baselines, kind.name);
        if (!asked && !input.baselines.empty() && !names_.empty()) continue; // the first, nearest, is always there
        if (!kind.built) {
            if (input_.lessons) note(kind.name + " is not among the baselines: this build has no XGBoost");
            continue;
        }
        MadeBaseline made = kind.make(input_, reader);
        if (made.baseline)
            names_.push_back(kind.name), methods_.push_back(std::move(made.baseline));
        else if (asked)
            note(kind.name + " is not among the baselines: " + made.why_not);
        else
            detail(kind.name + " is not among the baselines: " + made.why_not);
    }
}

std::size_t Baselines::index_of(const std::string& name) const
{
    const auto found = std::find(names_.begin(), names_.end(), name);
    return found == names_.end() ? 0 : static_cast<std::size_t>(found - names_.begin());
}

std::optional<BaselineStep> Baselines::read(Index t) const
{
    BaselineStep step{t, input_.cube.field(input_.coarse_variable, t), nullptr};
    if (std::none_of(step.coarse->begin(), step.coarse->end(), [](float v) { return std::isfinite(v); }))
        return std::nullopt;
    std::vector<float> smooth(static_cast<std::size_t>(input_.info().fine.cells()));
    smooth_->apply(*step.coarse, smooth);
    step.interpolated = std::make_shared<const std::vector<float>>(std::move(smooth));
    return step;
}

bool Baselines::fields(Index t, std::vector<std::vector<float>>& fields) const
{
    fields.clear();
    const auto step = read(t);
    if (!step) {
        fields.assign(methods_.size(), std::vector<float>(static_cast<std::size_t>(input_.info().fine.cells()),
                                                          std::numeric_limits<float>::quiet_NaN()));
        return false;
    }
    for (const auto& method : methods_) fields.push_back(method->field(*step));
    const std::vector<float>& nearest = fields[0];
    for (std::size_t m = 1; m < fields.size(); ++m)
        parallel_for(std::ssize(nearest), 1 << 16, [&](Index begin, Index end) {
            for (auto i = static_cast<std::size_t>(begin); i < static_cast<std::size_t>(end); ++i)
                if (std::isnan(fields[m][i])) fields[m][i] = nearest[i];
        });
    return true;
}

} // namespace gwsd::score
