#include "score/constant_errors.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/score/moments.hpp"

namespace gwsd::score {

namespace {

constexpr Index at_most = 36;

std::vector<Index> steps_of(const EvaluationInput& input, const std::optional<geo::Period>& period)
{
    std::vector<Index> steps;
    const geo::TimeAxis& axis = input.info().time;
    for (Index t = 0; period && t < axis.size(); ++t)
        if (axis.day(t) >= period->first && axis.day(t) <= period->last) steps.push_back(t);
    return steps;
}

std::vector<Index> spread_out(const std::vector<Index>& steps)
{
    std::vector<Index> chosen;
    const Index count = std::min<Index>(std::ssize(steps), at_most);
    for (Index i = 0; i < count; ++i) chosen.push_back(steps[static_cast<std::size_t>(i * std::ssize(steps) / count)]);
    return chosen;
}

} // namespace

ConstantErrors constant_errors(const EvaluationInput& input, const ScoredCells& cells, const Baselines& baselines)
{
    ConstantErrors result{std::vector<double>(baselines.names().size()), 0, "none: no validation or training steps"};
    if (!input.truth) return result;
    const auto scored = [&](const std::string& name) {
        return std::any_of(cells.sets.begin(), cells.sets.end(), [&](const ScoreSet& set) { return set.name == name; });
    };
    std::string of = "validation";
    std::vector<Index> steps;
    if (!scored("validation")) steps = steps_of(input, input.split.validation);
    if (steps.empty()) of = "training", steps = steps_of(input, input.split.train);

    std::vector<Moments> sums(result.sigma.size());
    std::vector<std::vector<float>> fields;
    for (const Index t : spread_out(steps)) {
        if (!baselines.fields(t, fields)) continue;
        const auto truth = input.truth->field(t);
        const double before = sums.front().n;
        for (std::size_t k = 0; k < cells.coarse.size(); ++k) {
            if (cells.set[k] >= 0 && cells.sets[static_cast<std::size_t>(cells.set[k])].name == "unseen_regions")
                continue;
            for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i) {
                const std::uint32_t at = cells.cell[i];
                if (!std::isfinite((*truth)[at])) continue;
                for (std::size_t m = 0; m < fields.size(); ++m)
                    if (std::isfinite(fields[m][at]))
                        sums[m].add(static_cast<double>(cells.weight[i]), static_cast<double>(fields[m][at]),
                                    static_cast<double>((*truth)[at]));
            }
        }
        if (sums.front().n > before) ++result.steps;
    }
    if (result.steps == 0) return result;
    for (std::size_t m = 0; m < sums.size(); ++m) result.sigma[m] = sums[m].rmse();
    result.source = "RMSE of the method over " + std::to_string(result.steps) + " " + of +
                    " steps and the land outside holdout regions";
    return result;
}

} // namespace gwsd::score
