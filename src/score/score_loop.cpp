#include "score/score_loop.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/progress.hpp"

namespace gwsd::score {

namespace {

/// What a prediction's attribute says of the probabilities of its intervals; nothing for a Gaussian.
std::optional<IntervalLevels> levels_of(const PredictionFile& file)
{
    const std::string name = "gwsd_observed_levels", text = file.attribute(name);
    if (text.empty()) return std::nullopt;
    return IntervalLevels::parse(text, file.path() + ": attribute " + name);
}

/// Longest run of land cells of set s along a row.
Index longest_run(const EvaluationInput& input, const ScoredCells& cells, std::size_t s)
{
    const geo::Grid& fine = input.info().fine;
    std::vector<char> inside(static_cast<std::size_t>(fine.cells()));
    for (std::size_t k = 0; k < cells.coarse.size(); ++k)
        if (cells.set[k] == static_cast<int>(s))
            for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i) inside[cells.cell[i]] = 1;
    Index longest = 0;
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0, run = 0; col < fine.cols(); ++col) {
            run = inside[static_cast<std::size_t>(row * fine.cols() + col)] ? run + 1 : 0;
            longest = std::max(longest, run);
        }
    return longest;
}

SumOptions sum_options(const EvaluationInput& input, const ScoredCells& cells)
{
    SumOptions options;
    options.monthly = input.info().time.monthly;
    options.spectrum_rows = std::max<Index>(1, input.info().fine.rows() / 192);
    for (std::size_t s = 0; s < cells.sets.size(); ++s) {
        Index stretch = 64;
        while (stretch > longest_run(input, cells, s)) stretch /= 2;
        options.stretches.push_back(stretch >= 16 ? stretch : 0);
    }
    return options;
}

/// Which cells count: the truth and every method have a value, and their set is active in this step.
void choose_pairs(const EvaluationInput& input, const ScoredCells& cells, const StepFields& fields, ScoredStep& step)
{
    step.scored.assign(cells.cell.size(), 0);
    step.active.assign(cells.sets.size(), 0);
    for (std::size_t k = 0; k < cells.coarse.size(); ++k) {
        if (cells.set[k] < 0) continue;
        const auto s = static_cast<std::size_t>(cells.set[k]);
        if (!cells.sets[s].active[static_cast<std::size_t>(step.number)]) continue;
        for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i) {
            const std::uint32_t at = cells.cell[i];
            step.scored[i] = std::isfinite(step.truth[at]) &&
                             std::all_of(fields.value.begin(), fields.value.end(),
                                         [at](const std::vector<float>& field) { return std::isfinite(field[at]); });
            if (step.scored[i]) step.active[s] = 1;
        }
    }
    step.truth_of_set.assign(cells.sets.size(), {});
    for (std::size_t s = 0; s < cells.sets.size(); ++s)
        if (step.active[s])
            step.truth_of_set[s].assign(static_cast<std::size_t>(input.info().fine.cells()),
                                        std::numeric_limits<float>::quiet_NaN());
    for (std::size_t k = 0; k < cells.coarse.size(); ++k)
        for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i)
            if (step.scored[i])
                step.truth_of_set[static_cast<std::size_t>(cells.set[k])][cells.cell[i]] = step.truth[cells.cell[i]];
}

} // namespace

bool read_step(const EvaluationInput& input, const Baselines& baselines, Index t, StepFields& fields)
{
    const auto cells = static_cast<std::size_t>(input.info().fine.cells());
    std::vector<std::vector<float>> others;
    if (!baselines.fields(t, others)) return false;
    fields.t = t;
    fields.value.resize(input.predictions.size() + others.size());
    fields.error.resize(input.predictions.size());
    for (std::size_t m = 0; m < input.predictions.size(); ++m) {
        fields.value[m].resize(cells);
        fields.error[m].resize(input.predictions[m].has_error() ? cells : 0);
        input.predictions[m].read(input.info().time.steps[static_cast<std::size_t>(t)], fields.value[m],
                                  fields.error[m]);
    }
    std::move(others.begin(), others.end(),
              fields.value.begin() + static_cast<std::ptrdiff_t>(input.predictions.size()));
    return true;
}

ScoreSums score_steps(const EvaluationInput& input, const ScoredCells& cells, const Baselines& baselines,
                      const ConstantErrors& errors, const std::function<void(const StepFields&)>& watch)
{
    const SumOptions options = sum_options(input, cells);
    ScoreSums sums{{}, TruthSums(cells, options), SeamIndex(input.info().factor), 0};
    for (const PredictionFile& file : input.predictions)
        sums.methods.push_back({file.name(), "model", MethodSums(input, cells, options, levels_of(file))});
    for (const std::string& name : baselines.names())
        sums.methods.push_back({name, "baseline", MethodSums(input, cells, options)});

    Progress progress("scoring", std::ssize(input.steps));
    StepFields fields;
    for (std::size_t n = 0; n < input.steps.size(); ++n) {
        const Index t = input.steps[n];
        progress.update(static_cast<Index>(n), input.info().time.label(t));
        if (!read_step(input, baselines, t, fields)) {
            ++sums.steps_without_coarse;
            continue;
        }
        const auto coarse = input.cube->field(input.coarse_variable, t);
        ScoredStep step{static_cast<Index>(n), input.info().time.month(t), *coarse, {}, {}, {}, {}};
        std::shared_ptr<const std::vector<float>> truth;
        if (input.truth) {
            truth = input.truth->field(t);
            step.truth = *truth;
            choose_pairs(input, cells, fields, step);
        }
        parallel_for(std::ssize(sums.methods) + 1, 1, [&](Index begin, Index end) {
            for (auto m = static_cast<std::size_t>(begin); m < static_cast<std::size_t>(end); ++m) {
                if (m == sums.methods.size()) {
                    if (!step.truth.empty()) sums.truth.add(step), sums.truth_seam.add(input.info().fine, step.truth);
                    continue;
                }
                const bool model = m < input.predictions.size();
                const double sigma = model ? 0 : errors.sigma[m - input.predictions.size()];
                std::span<const float> error;
                if (model) error = fields.error[m];
                sums.methods[m].sums.add(step, fields.value[m], error, sigma);
            }
        });
        fields.step = &step;
        watch(fields);
    }
    return sums;
}

} // namespace gwsd::score
