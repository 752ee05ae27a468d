#pragma once

#include <memory>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/projection.hpp"

namespace gwsd::ops {

using kernels::ProjectionOptions;

/// What a projection is made from, beside the mean. Blocks are those of BlockOptions: coarse cells, or larger regions.
template <class T, class Device>
struct ProjectionInput {
    Variable<T, Device> coarse; ///< [batch, block rows, block cols] means that the blocks shall have
    Tensor<T, Device> known{};  ///< likewise: 1 where a mean is known, else 0
    Tensor<T, Device> weight{}; ///< [batch, rows, cols] area times mask; cells of weight 0 stay as they are
    Variable<T, Device>
        share{}; ///< [batch, rows, cols] > 0, such as the predicted variance; undefined for equal shares
    Tensor<T, Device> variance{}; ///< of `coarse`, in the unit of `share`; undefined where blocks shall be exact
};

/// Conservative projection (SPEC 4): corrects `mean` [batch, rows, cols] so that its weighted means over blocks become
/// those of the coarse field; see kernels::ProjectionOptions for the formula. Exact to rounding without `variance`.
/// Gradients flow to mean, share and coarse. Throws ShapeError; NumericalError for shares that are not above zero, on
/// the CPU: on a GPU, which is not waited for, the result may be no number then.
template <class T, class Device>
Variable<T, Device> conservative_projection(const Variable<T, Device>& mean, const ProjectionInput<T, Device>& in,
                                            ProjectionOptions options = {})
{
    const Shape& shape = mean.shape();
    const auto& block = options.block;
    if (shape.rank() != 3 || block.rows < 1 || block.cols < 1)
        throw ShapeError(
            "conservative_projection: expects mean [batch, rows, cols] and blocks of at least one cell, got " +
            to_string(shape) + " and " + std::to_string(block.rows) + " x " + std::to_string(block.cols));
    const Shape blocks{shape[0], (shape[1] + block.rows - 1) / block.rows, (shape[2] + block.cols - 1) / block.cols};
    const auto require = [](const char* name, bool given, const Shape& wanted, const Shape& got) {
        if (given && !(got == wanted))
            throw ShapeError(std::string("conservative_projection: expects ") + name + " " + to_string(wanted) +
                             ", got " + to_string(got));
    };
    require("coarse", true, blocks, in.coarse.shape()), require("known", true, blocks, in.known.shape());
    require("weight", true, shape, in.weight.shape());
    require("share", in.share.defined(), shape, in.share.shape());
    require("variance", in.variance.defined(), blocks, in.variance.shape());

    auto projected = Tensor<T, Device>::empty(shape);
    const kernels::ProjectionShape sizes{shape[0], shape[1], shape[2], blocks[1], blocks[2], options};
    auto projection = std::make_shared<kernels::Projection<T, Device>>(
        sizes, kernels::ProjectionFields<T, Device>{in.known, in.weight, in.share.value(), in.variance});
    projection->forward(mean.value().data(), in.coarse.value().data(), projected.data());

    auto backward = [projection, dm = mean.gradient(), ds = in.share.gradient(),
                     dx = in.coarse.gradient()](const Tensor<T, Device>& grad) {
        const auto sum = [](const auto& slot) { return slot ? slot->sum().data() : nullptr; };
        projection->backward(grad.data(), sum(dm), sum(ds), sum(dx));
    };
    return record(std::move(projected), std::move(backward), mean, in.share, in.coarse);
}

} // namespace gwsd::ops
