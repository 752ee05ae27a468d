// Gradient-boosted trees, the same for all cells, of what is left of the truth beside the interpolated coarse field.
#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/message.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/core/random.hpp"
#include "score/baselines/tree_booster.hpp"
#include "score/baselines/tree_features.hpp"

namespace gwsd::score {

namespace {

constexpr double most_rows = 200'000; ///< pairs of cell and step that are learnt from, about
constexpr Index fewest_steps = 10;    ///< of training
constexpr Index left_out = 5;         ///< one part in so many, the last, tells how many trees are good

class BoostedTrees : public Baseline {
public:
    BoostedTrees(const BaselineInput& input, TreeFeatures features, TreeBooster trees)
        : input_(input), features_(std::move(features)), trees_(std::move(trees))
    {
        for (std::size_t i = 0; i < input.land_fraction.size(); ++i)
            if (input.land_fraction[i] > 0) land_.push_back(i);
    }

    std::vector<float> field(const BaselineStep& step) const override
    {
        const auto features = features_.of(step);
        const std::size_t count = features.size();
        std::vector<float> rows(land_.size() * count), change(land_.size());
        parallel_for(std::ssize(land_), 4096, [&](Index begin, Index end) {
            for (auto k = static_cast<std::size_t>(begin); k < static_cast<std::size_t>(end); ++k)
                for (std::size_t f = 0; f < count; ++f) rows[k * count + f] = (*features[f])[land_[k]];
        });
        trees_.predict(rows, change);
        std::vector<float> field(input_.land_fraction.size(), std::numeric_limits<float>::quiet_NaN());
        for (std::size_t k = 0; k < land_.size(); ++k) field[land_[k]] = (*step.interpolated)[land_[k]] + change[k];
        return field;
    }

private:
    const BaselineInput& input_;
    TreeFeatures features_;
    TreeBooster trees_;
    std::vector<std::size_t> land_;
};

/// A sample of the pairs of cell and step that may be learnt from. Whether a pair is drawn depends on the seed and on
/// the pair alone. A row counts by the cell's land, as it does in the scores.
class Sample {
public:
    Sample(const BaselineInput& input, const TreeFeatures& features) : input_(input), features_(features)
    {
        const Lessons& lessons = *input.lessons;
        const auto cells = std::count(lessons.learns.begin(), lessons.learns.end(), 1);
        share_ = std::min(1.0, most_rows / std::max(1.0, static_cast<double>(cells * std::ssize(lessons.steps))));
    }

    void add(const BaselineStep& step, TreeTable& table) const
    {
        const geo::Grid& fine = input_.info().fine;
        const auto truth = input_.lessons->truth(step.t);
        const auto features = features_.of(step);
        const Philox draw{input_.seed};
        table.features = features.size();
        for (std::size_t i = 0; i < truth->size(); ++i) {
            const float target = (*truth)[i] - (*step.interpolated)[i];
            if (input_.lessons->learns[i] <= 0 || !std::isfinite(target)) continue;
            if (draw(i, static_cast<std::uint64_t>(step.t))[0] >= share_ * 0x1p32) continue;
            for (const SharedField& field : features) table.x.push_back((*field)[i]);
            table.target.push_back(target);
            const auto row_weight = static_cast<float>(fine.row_weight(static_cast<Index>(i) / fine.cols()));
            table.weight.push_back(row_weight * input_.land_fraction[i]);
        }
    }

private:
    const BaselineInput& input_;
    const TreeFeatures& features_;
    double share_ = 1;
};

/// Weights of mean one, so that a leaf's weight counts rows.
void normalise(TreeTable& table)
{
    double sum = 0;
    for (const float w : table.weight) sum += static_cast<double>(w);
    const auto scale = static_cast<float>(static_cast<double>(table.rows()) / sum);
    for (float& w : table.weight) w *= scale;
}

TreeTable joined(TreeTable a, const TreeTable& b)
{
    a.x.insert(a.x.end(), b.x.begin(), b.x.end());
    a.target.insert(a.target.end(), b.target.begin(), b.target.end());
    a.weight.insert(a.weight.end(), b.weight.begin(), b.weight.end());
    return a;
}

} // namespace

MadeBaseline make_boosted_trees(const BaselineInput& input, const StepReader& read)
{
    if (!input.lessons) return {nullptr, "it needs a fine truth, known training steps and predictors"};
    const std::vector<Index>& steps = input.lessons->steps;
    if (std::ssize(steps) < fewest_steps)
        return {nullptr, "it needs " + std::to_string(fewest_steps) + " training steps, and there are " +
                             std::to_string(steps.size())};
    TreeFeatures features(input);
    const Sample sample(input, features);
    TreeTable early, late;
    {
        Progress progress("reading what the trees learn from", std::ssize(steps));
        const Index last = std::ssize(steps) - std::ssize(steps) / left_out;
        for (Index k = 0; k < std::ssize(steps); ++k) {
            progress.update(k);
            if (const auto step = read(steps[static_cast<std::size_t>(k)])) sample.add(*step, k < last ? early : late);
        }
    }
    if (early.rows() == 0 || late.rows() == 0)
        return {nullptr, "its training steps hold no cell with a truth and a coarse field, first or last"};
    const TreeOptions options{.seed = input.seed};
    normalise(early), normalise(late);
    const Index rounds = TreeBooster::best_rounds(early, late, options);
    const TreeTable all = joined(std::move(early), late);
    detail("boosted_trees: " + std::to_string(rounds) + " trees from " + std::to_string(all.rows()) + " rows of " +
           std::to_string(all.features) + " features");
    return {std::make_unique<BoostedTrees>(input, std::move(features), TreeBooster(all, options, rounds))};
}

} // namespace gwsd::score
