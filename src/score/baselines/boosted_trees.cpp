// Gradient-boosted trees, the same for all cells, of what is left of the truth beside the interpolated coarse field.
#include <algorithm>
#include <cmath>
#include <limits>

#include "gwsd/core/message.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/progress.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/data/splits.hpp"
#include "score/baselines/tree_booster.hpp"
#include "score/baselines/tree_features.hpp"

namespace gwsd::score {

namespace {

constexpr double most_rows = 200'000; ///< pairs of cell and step that are learnt from, about
constexpr Index fewest_steps = 10;    ///< of training, for some of them to tell how many trees are good
constexpr Index left_out = 5;         ///< one part in so many of the steps or of the land tells it

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

/// Rows that trees are tried on, and rows that tell how many of them are good.
struct TreeTables {
    TreeTable early, late;
};

/// Which rows are the late ones: those of the last steps or, where steps are few, those of squares of land.
class LateRows {
public:
    LateRows(const geo::Grid& fine, Index steps) : fine_(fine), steps_(steps) {}
    bool by_land() const { return steps_ < fewest_steps; }
    bool operator()(Index k, std::size_t cell) const
    {
        if (!by_land()) return k >= steps_ - steps_ / left_out;
        return data::land_square(fine_, static_cast<Index>(cell)) % left_out == 0;
    }

private:
    const geo::Grid& fine_;
    Index steps_;
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

    /// Rows of the k-th training step.
    void add(const BaselineStep& step, Index k, const LateRows& late, TreeTables& tables) const
    {
        const geo::Grid& fine = input_.info().fine;
        const auto truth = input_.lessons->truth(step.t);
        const auto features = features_.of(step);
        const Philox draw{input_.seed};
        tables.early.features = tables.late.features = features.size();
        for (std::size_t i = 0; i < truth->size(); ++i) {
            const float target = (*truth)[i] - (*step.interpolated)[i];
            if (input_.lessons->learns[i] <= 0 || !std::isfinite(target)) continue;
            if (draw(i, static_cast<std::uint64_t>(step.t))[0] >= share_ * 0x1p32) continue;
            TreeTable& table = late(k, i) ? tables.late : tables.early;
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
    TreeFeatures features(input);
    const Sample sample(input, features);
    const LateRows is_late(input.info().fine, std::ssize(steps));
    TreeTables tables;
    {
        Progress progress("reading what the trees learn from", std::ssize(steps));
        for (Index k = 0; k < std::ssize(steps); ++k) {
            progress.update(k);
            if (const auto step = read(steps[static_cast<std::size_t>(k)])) sample.add(*step, k, is_late, tables);
        }
    }
    auto& [early, late] = tables;
    if (early.rows() == 0 || late.rows() == 0)
        return {nullptr, std::string("too few of its training steps' cells have a truth and a coarse field to leave ") +
                             (is_late.by_land() ? "squares of land" : "the last steps") + " out"};
    const TreeOptions options{.seed = input.seed};
    normalise(early), normalise(late);
    const Index rounds = TreeBooster::best_rounds(early, late, options);
    const TreeTable all = joined(std::move(early), late);
    detail("boosted_trees: " + std::to_string(rounds) + " trees from " + std::to_string(all.rows()) + " rows of " +
           std::to_string(all.features) + " features");
    return {std::make_unique<BoostedTrees>(input, std::move(features), TreeBooster(all, options, rounds))};
}

} // namespace gwsd::score
