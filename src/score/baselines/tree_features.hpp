#pragma once

#include <string>
#include <vector>

#include "score/baselines/baseline.hpp"

namespace gwsd::score {

/// What trees read of a fine cell in a step: what the regression at each cell reads (the interpolated coarse field, the
/// predictors, the annual cycle), and what tells one place from another, since all cells share the trees: land
/// fraction, the cube's static fields, and the mean of each predictor over the coarse cell around.
class TreeFeatures {
public:
    explicit TreeFeatures(const BaselineInput& input);

    std::size_t count() const { return count_; }
    /// One field a feature, on the fine grid.
    std::vector<SharedField> of(const BaselineStep& step) const;

private:
    SharedField spread(const std::vector<float>& coarse) const;

    const BaselineInput& input_;
    std::vector<SharedField> statics_;
    std::size_t count_;
};

} // namespace gwsd::score
