#include "gwsd/score/seam.hpp"

#include <cmath>

namespace gwsd::score {

void SeamIndex::add_step(double weight, float from, float to, bool edge)
{
    const double step = std::abs(static_cast<double>(to) - static_cast<double>(from));
    if (std::isnan(step)) return;
    (edge ? across_ : within_) += weight * step;
    (edge ? across_weight_ : within_weight_) += weight;
}

void SeamIndex::add(const geo::Grid& grid, std::span<const float> field)
{
    const Index rows = grid.rows(), cols = grid.cols();
    for (Index row = 0; row < rows; ++row) {
        const double weight = grid.row_weight(row);
        const float* line = field.data() + row * cols;
        for (Index col = 1; col < cols; ++col) add_step(weight, line[col - 1], line[col], col % block_ == 0);
        if (grid.periodic()) add_step(weight, line[cols - 1], line[0], true);
        if (row == 0) continue;
        const float* below = line - cols;
        for (Index col = 0; col < cols; ++col) add_step(weight, below[col], line[col], row % block_ == 0);
    }
}

} // namespace gwsd::score
