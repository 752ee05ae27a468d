#pragma once

#include <memory>
#include <vector>

#include "gwsd/autograd/variable.hpp"
#include "gwsd/kernels/conservative_projection.hpp"

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
/// Gradients flow to mean, share and coarse. Throws ShapeError; NumericalError for shares that are not above zero.
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
    const Index cells = shape[1] * shape[2], count = blocks[1] * blocks[2];
    auto systems =
        std::make_shared<std::vector<std::unique_ptr<kernels::ProjectionSystem>>>(static_cast<std::size_t>(shape[0]));
    const auto at = [](const Tensor<T, Device>& t, Index offset) { return t.defined() ? t.data() + offset : nullptr; };
    parallel_for(shape[0], 1, [&](Index begin, Index end) {
        for (Index b = begin; b < end; ++b) {
            auto& system = (*systems)[static_cast<std::size_t>(b)];
            system = std::make_unique<kernels::ProjectionSystem>(
                shape[1], shape[2], options, at(in.weight, b * cells), at(in.known, b * count),
                at(in.share.value(), b * cells), at(in.variance, b * count));
            system->forward(at(mean.value(), b * cells), at(in.coarse.value(), b * count), at(projected, b * cells));
        }
    });

    auto backward = [systems, at, cells, count, batch = shape[0], dm = mean.gradient(), ds = in.share.gradient(),
                     dx = in.coarse.gradient()](const Tensor<T, Device>& grad) {
        const auto sum = [](const auto& slot) { return slot ? slot->sum() : Tensor<T, Device>(); };
        const auto gm = sum(dm), gs = sum(ds), gx = sum(dx);
        parallel_for(batch, 1, [&](Index begin, Index end) {
            for (Index b = begin; b < end; ++b)
                (*systems)[static_cast<std::size_t>(b)]->backward(at(grad, b * cells), at(gm, b * cells),
                                                                  at(gs, b * cells), at(gx, b * count));
        });
    };
    return record(std::move(projected), std::move(backward), mean, in.share, in.coarse);
}

} // namespace gwsd::ops
