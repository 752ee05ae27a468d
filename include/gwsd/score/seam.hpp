#pragma once

#include <span>

#include "gwsd/geo/grid.hpp"
#include "gwsd/score/moments.hpp"

namespace gwsd::score {

/// Mean absolute step between neighbours across the edges of blocks of `block` cells, over the mean absolute step
/// within blocks: 1 without seams, above 1 where block edges show, infinite for a field that is constant in every
/// block.
class SeamIndex {
public:
    explicit SeamIndex(Index block) : block_(block) {}
    void add(const geo::Grid& grid, std::span<const float> field);
    double across() const { return across_weight_ > 0 ? across_ / across_weight_ : not_defined; }
    double within() const { return within_weight_ > 0 ? within_ / within_weight_ : not_defined; }
    double value() const { return across() / within(); }

private:
    void add_step(double weight, float from, float to, bool edge);

    Index block_;
    double across_ = 0, within_ = 0, across_weight_ = 0, within_weight_ = 0;
};

} // namespace gwsd::score
