#pragma once

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/block_mean.hpp"
#include "gwsd/ops/slices.hpp"

namespace gwsd::ops {

using kernels::BlockOptions;

/// Weighted means over blocks of cells: of an area weight times a mask, the mean over a coarse cell. x and weight
/// [batch, rows, cols], weight >= 0 -> [batch, ceil(rows / block rows), ceil(cols / block cols)], 0 for a block without
/// weight. A cell of weight 0 is ignored whatever it holds. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> block_mean(const Variable<T, Device>& x, const Tensor<T, Device>& weight, BlockOptions options)
{
    const Shape& shape = x.shape();
    if (shape.rank() != 3 || !(weight.shape() == shape))
        throw ShapeError("block_mean: expects input [batch, rows, cols] and a weight of its shape, got " +
                         to_string(shape) + " and " + to_string(weight.shape()));
    if (options.rows < 1 || options.cols < 1)
        throw ShapeError("block_mean: expects blocks of at least one row and column, got " +
                         std::to_string(options.rows) + " x " + std::to_string(options.cols));
    const Shape blocks{shape[0], (shape[1] + options.rows - 1) / options.rows,
                       (shape[2] + options.cols - 1) / options.cols};
    auto y = Tensor<T, Device>::empty(blocks), total = Tensor<T, Device>::empty(blocks);
    const auto view = [](const Tensor<T, Device>& t) { return t.template view<3>(); };
    kernels::block_mean_forward<T>(Device{}, view(x.value()), view(weight), options, view(total), view(y));

    auto backward = [weight, total, options, view, dx = x.gradient()](const Tensor<T, Device>& grad_y) {
        kernels::block_mean_backward<T>(Device{}, view(weight), options, view(total), view(grad_y), view(dx->sum()));
    };
    return record(std::move(y), std::move(backward), x);
}

/// Weighted mean over all cells of each sample, [batch]. Throws ShapeError.
template <class T, class Device>
Variable<T, Device> weighted_mean(const Variable<T, Device>& x, const Tensor<T, Device>& weight)
{
    if (x.shape().rank() != 3 || x.shape()[1] < 1 || x.shape()[2] < 1)
        throw ShapeError("weighted_mean: expects input [batch, rows, cols] with cells, got " + to_string(x.shape()));
    const auto mean = block_mean(x, weight, {.rows = x.shape()[1], .cols = x.shape()[2]});
    return reshape(mean, {x.shape()[0]});
}

} // namespace gwsd::ops
