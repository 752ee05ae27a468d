// A ridge regression of the truth at each cell on what a step shows of it: data::FirstGuess, without a network behind
// it.
#include "gwsd/core/progress.hpp"
#include "gwsd/data/first_guess.hpp"
#include "score/baselines/baseline.hpp"

namespace gwsd::score {

namespace {

class CellRegressionBaseline : public Baseline {
public:
    CellRegressionBaseline(const BaselineInput& input, std::shared_ptr<const data::FirstGuess> regression)
        : input_(input), regression_(std::move(regression))
    {
    }
    std::vector<float> field(const BaselineStep& step) const override
    {
        return regression_->field(input_.cube, input_.info().predictors, step.t, step.interpolated, false);
    }

private:
    const BaselineInput& input_;
    std::shared_ptr<const data::FirstGuess> regression_;
};

} // namespace

MadeBaseline make_cell_regression(const BaselineInput& input, const StepReader& read)
{
    if (!input.lessons) return {nullptr, "it needs a fine truth, known training steps and predictors"};
    const Lessons& own = *input.lessons;
    Progress progress("fitting the regression at each cell", std::ssize(own.steps) * data::FirstGuess::passes);
    const data::FirstGuess::Lessons lessons{
        .cube = input.cube,
        .predictors = input.info().predictors,
        .steps = own.steps,
        .learns = own.learns,
        .interpolated =
            [&read](Index t) {
                const auto step = read(t);
                return step ? step->interpolated : nullptr;
            },
        .truth = own.truth,
        .checkpoint = [&progress, done = Index{0}]() mutable { progress.update(done++); }};
    auto regression = data::FirstGuess::learn(lessons);
    if (!regression) return {nullptr, "no cell has enough training steps with a truth"};
    return {std::make_unique<CellRegressionBaseline>(input, std::move(regression))};
}

} // namespace gwsd::score
