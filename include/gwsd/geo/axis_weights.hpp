#pragma once

#include <algorithm>
#include <limits>
#include <span>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/shape.hpp"

namespace gwsd::geo {

/// Weights along one axis: value i of the target is the sum over k in [begin[i], begin[i + 1]) of
/// weight[k] * source value cell[k].
struct AxisWeights {
    std::vector<std::size_t> begin{0};
    std::vector<Index> cell;
    std::vector<double> weight;

    Index size() const { return static_cast<Index>(begin.size()) - 1; }
    std::size_t from(Index i) const { return begin[static_cast<std::size_t>(i)]; }
    std::size_t to(Index i) const { return begin[static_cast<std::size_t>(i) + 1]; }
    void add(Index source, double w)
    {
        cell.push_back(source);
        weight.push_back(w);
    }
    void close() { begin.push_back(cell.size()); } ///< the next weights belong to the next target value
};

/// Applies weights that are a product of row and column weights to a field of `source_cols` columns. With m the mask of
/// values that are not NaN, finish(row, col, n, d) gets n = sum w m x and d = sum w m of each target cell and returns
/// its value. Both sums run in f64 over the rows first, then over the columns, in a fixed order.
template <class T, class Finish>
void apply_separable(const AxisWeights& rows, const AxisWeights& cols, Index source_cols, std::span<const T> in,
                     std::span<float> out, const Finish& finish)
{
    if (cols.cell.empty()) return std::fill(out.begin(), out.end(), std::numeric_limits<float>::quiet_NaN());
    const auto [low, high] = std::minmax_element(cols.cell.begin(), cols.cell.end());
    const Index first = *low, used = *high - *low + 1, to_cols = cols.size();
    parallel_for(rows.size(), 8, [&](Index begin, Index end) {
        std::vector<double> n(static_cast<std::size_t>(used)), d(static_cast<std::size_t>(used));
        double* const num = n.data();
        double* const den = d.data();
        for (Index row = begin; row < end; ++row) {
            std::fill(n.begin(), n.end(), 0.0);
            std::fill(d.begin(), d.end(), 0.0);
            for (std::size_t k = rows.from(row); k < rows.to(row); ++k) {
                const T* const x = in.data() + rows.cell[k] * source_cols + first;
                const double w = rows.weight[k];
                for (Index c = 0; c < used; ++c) {
                    const double value = static_cast<double>(x[c]);
                    const bool valid = value == value;
                    num[c] += valid ? w * value : 0.0;
                    den[c] += valid ? w : 0.0;
                }
            }
            float* const to = out.data() + row * to_cols;
            for (Index c = 0; c < to_cols; ++c) {
                double sum = 0, share = 0;
                for (std::size_t k = cols.from(c); k < cols.to(c); ++k) {
                    sum += cols.weight[k] * num[cols.cell[k] - first];
                    share += cols.weight[k] * den[cols.cell[k] - first];
                }
                to[c] = static_cast<float>(finish(row, c, sum, share));
            }
        }
    });
}

} // namespace gwsd::geo
