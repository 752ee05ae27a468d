#pragma once

#include <cmath>
#include <limits>
#include <span>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Area-weighted mean over blocks of factor x factor cells, valid cells only; weight (of the fine cells, such as a land
/// fraction) may be empty, and cells whose weight is missing or not above 0 do not count. in is on `fine`, out on
/// coarsen(fine, factor); a block without a cell that counts is missing. Throws ShapeError if the sizes do not fit.
inline void block_mean(const Grid& fine, Index factor, std::span<const float> in, std::span<const float> weight,
                       std::span<float> out)
{
    const Index rows = fine.rows(), cols = fine.cols();
    if (factor < 1 || rows % factor != 0 || cols % factor != 0)
        throw ShapeError("block_mean: " + std::to_string(rows) + " x " + std::to_string(cols) +
                         " cells are not a multiple of the factor " + std::to_string(factor));
    const Index coarse_cols = cols / factor;
    if (std::ssize(in) != rows * cols || (!weight.empty() && weight.size() != in.size()) ||
        std::ssize(out) != rows / factor * coarse_cols)
        throw ShapeError("block_mean: expects " + std::to_string(rows * cols) + " cells in and " +
                         std::to_string(rows / factor * coarse_cols) + " out, got " + std::to_string(in.size()) +
                         ", weights " + std::to_string(weight.size()) + " and " + std::to_string(out.size()));
    std::vector<double> width;
    for (std::size_t i = 0; i + 1 < fine.lon_edges.size(); ++i)
        width.push_back(fine.lon_edges[i + 1] - fine.lon_edges[i]);

    parallel_for(rows / factor, 4, [&](Index begin, Index end) {
        std::vector<double> sum(static_cast<std::size_t>(coarse_cols)), area(sum.size());
        for (Index block = begin; block < end; ++block) {
            std::fill(sum.begin(), sum.end(), 0.0);
            std::fill(area.begin(), area.end(), 0.0);
            for (Index row = block * factor; row < (block + 1) * factor; ++row) {
                const double band = fine.row_weight(row);
                for (Index col = 0; col < cols; ++col) {
                    const auto cell = static_cast<std::size_t>(row * cols + col),
                               to = static_cast<std::size_t>(col / factor);
                    const double share = weight.empty() ? 1.0 : static_cast<double>(weight[cell]);
                    if (std::isnan(in[cell]) || !(share > 0)) continue;
                    const double w = band * width[static_cast<std::size_t>(col)] * share;
                    sum[to] += w * static_cast<double>(in[cell]);
                    area[to] += w;
                }
            }
            for (Index col = 0; col < coarse_cols; ++col) {
                const auto i = static_cast<std::size_t>(col);
                out[static_cast<std::size_t>(block * coarse_cols + col)] =
                    area[i] > 0 ? static_cast<float>(sum[i] / area[i]) : std::numeric_limits<float>::quiet_NaN();
            }
        }
    });
}

} // namespace gwsd::geo
