#include "score/baselines/tree_features.hpp"

#include "gwsd/data/cell_regression.hpp"

namespace gwsd::score {

TreeFeatures::TreeFeatures(const BaselineInput& input)
    : input_(input),
      statics_{std::make_shared<const std::vector<float>>(input.land_fraction.begin(), input.land_fraction.end())}
{
    for (const std::string& name : input.info().statics) statics_.push_back(input.cube.field(name, 0));
    const auto& predictors = input.info().predictors;
    count_ = data::regression_feature_count(input.info(), predictors) + predictors.size() + statics_.size();
}

/// Each coarse value on all of its fine cells.
SharedField TreeFeatures::spread(const std::vector<float>& coarse) const
{
    const Index cols = input_.info().coarse.cols(), factor = input_.info().factor;
    std::vector<float> fine(static_cast<std::size_t>(input_.info().fine.cells()));
    for (Index i = 0; i < std::ssize(fine); ++i) {
        const Index row = i / (cols * factor), col = i % (cols * factor);
        fine[static_cast<std::size_t>(i)] = coarse[static_cast<std::size_t>(row / factor * cols + col / factor)];
    }
    return std::make_shared<const std::vector<float>>(std::move(fine));
}

std::vector<SharedField> TreeFeatures::of(const BaselineStep& step) const
{
    const auto& predictors = input_.info().predictors;
    auto list = data::regression_features(input_.cube, predictors, step.t, step.interpolated);
    for (const std::string& name : predictors) list.push_back(spread(*input_.cube.field(name + "_coarse", step.t)));
    list.insert(list.end(), statics_.begin(), statics_.end());
    return list;
}

} // namespace gwsd::score
