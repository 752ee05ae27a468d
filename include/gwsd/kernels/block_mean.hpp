#pragma once

#include <algorithm>

#include "gwsd/core/device.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/block_mean_cuda.hpp"
#include "gwsd/tensor/tensor_view.hpp"

namespace gwsd::kernels {

namespace detail {

/// Calls work(sample, block row, block col, sum over the block's cells of term(cell)) ... for every block; one thread a
/// row of blocks. `cells(b, r, c, visit)` visits the cells of a block in order.
template <class Work>
void each_block(Index batch, Index rows, Index cols, const BlockOptions& o, const Work& work)
{
    const Index block_rows = (rows + o.rows - 1) / o.rows, block_cols = (cols + o.cols - 1) / o.cols;
    parallel_for(batch * block_rows, 1, [&](Index begin, Index end) {
        for (Index line = begin; line < end; ++line)
            for (Index col = 0; col < block_cols; ++col) {
                const Index b = line / block_rows, row = line % block_rows;
                work(line * block_cols + col, [&](const auto& visit) {
                    for (Index r = row * o.rows; r < std::min(rows, (row + 1) * o.rows); ++r)
                        for (Index c = col * o.cols; c < std::min(cols, (col + 1) * o.cols); ++c)
                            visit((b * rows + r) * cols + c);
                });
            }
    });
}

} // namespace detail

/// total = sum of weight, y = sum of weight * x / total over the cells of each block; y = 0 where total is 0. Cells of
/// weight 0 are not read, so that they may hold NaN. Sums run in double, in the order of the cells. x and weight
/// [batch, rows, cols]; total and y [batch, block rows, block cols].
template <class T>
void block_mean_forward(Cpu, TensorView<const T, 3> x, TensorView<const T, 3> weight, BlockOptions o,
                        TensorView<T, 3> total, TensorView<T, 3> y)
{
    detail::each_block(x.extent(0), x.extent(1), x.extent(2), o, [&](Index block, const auto& cells) {
        double sum = 0, all = 0;
        cells([&](Index i) {
            const auto w = static_cast<double>(weight.data[i]);
            if (w == 0) return;
            all += w, sum += w * static_cast<double>(x.data[i]);
        });
        total.data[block] = static_cast<T>(all);
        y.data[block] = all == 0 ? T{} : static_cast<T>(sum / all);
    });
}

/// grad_x += weight / total * grad_y of the cell's block.
template <class T>
void block_mean_backward(Cpu, TensorView<const T, 3> weight, BlockOptions o, TensorView<const T, 3> total,
                         TensorView<const T, 3> grad_y, TensorView<T, 3> grad_x)
{
    detail::each_block(weight.extent(0), weight.extent(1), weight.extent(2), o, [&](Index block, const auto& cells) {
        if (total.data[block] == 0) return;
        const T share = grad_y.data[block] / total.data[block];
        cells([&](Index i) { grad_x.data[i] += weight.data[i] * share; });
    });
}

} // namespace gwsd::kernels
