#pragma once

#include <cmath>

#include "gwsd/kernels/loss_subgrid_cuda.hpp"
#include "gwsd/losses/loss_term.hpp"
#include "gwsd/losses/sums.hpp"

namespace gwsd::losses {

/// The part below the coarse cell: mean over valid cells of sqrt(d^2 + eps^2) - eps, where
/// d = (p - <p>) - (t - <t>), <.> being the area-weighted mean over the valid cells of a coarse cell, and eps = 1e-3 in
/// normalised units. A data term is spent on the coarse scale, where most of the variance is; what downscaling adds is
/// measured by this part alone (the sub-grid R2). The physical figure is the root mean square of d.
struct Subgrid {
    static constexpr const char* name = "subgrid";
    static constexpr const char* description = "the part below the coarse cell equals the truth's";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = false;
    static constexpr double epsilon = 1e-3;

    template <class T>
    LossValue<T, Cpu> operator()(const LossInput<T, Cpu>& in) const
    {
        LossGradient<T, Cpu> gradient(in);
        const Index rows = in.target.extent(1), cols = in.target.extent(2), f = in.factor;
        const Index block_rows = (rows + f - 1) / f, block_cols = (cols + f - 1) / f;
        const Index blocks = in.target.extent(0) * block_rows * block_cols;
        const auto weight_of = [valid = in.valid.data(), area = in.area.data()](Index cell) {
            return static_cast<double>(valid[cell]) * static_cast<double>(area[cell]);
        };
        const auto error_of = [mean = in.mean.value().data(), target = in.target.data()](Index cell) {
            return static_cast<double>(mean[cell]) - static_cast<double>(target[cell]);
        };
        /// Calls work(cell, weight) for the cells of a block that have a weight.
        const auto each_cell = [&](Index block, auto work) {
            const Index sample = block / (block_rows * block_cols), row = block / block_cols % block_rows * f,
                        col = block % block_cols * f;
            for (Index r = row; r < std::min(rows, row + f); ++r)
                for (Index c = col; c < std::min(cols, col + f); ++c) {
                    const Index cell = (sample * rows + r) * cols + c;
                    if (const double w = weight_of(cell); w > 0) work(cell, w);
                }
        };
        const double weight =
            sum_cells<1>(in.target.elements(), [&](Index cell) { return Sums<1>{weight_of(cell)}; })[0];
        if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, in.unit);
        const auto [sum, square] = sum_cells<2>(blocks, [&](Index block) {
            double in_block = 0, error = 0, value = 0, squares = 0, slope = 0;
            each_cell(block, [&](Index cell, double w) { in_block += w, error += w * error_of(cell); });
            if (!(in_block > 0)) return Sums<2>{};
            const auto size = [&](double d) { return std::sqrt(d * d + epsilon * epsilon); };
            each_cell(block, [&](Index cell, double w) {
                const double d = error_of(cell) - error / in_block;
                value += w * (size(d) - epsilon), squares += w * d * d, slope += w * d / size(d);
            });
            if (gradient.wanted)
                each_cell(block, [&](Index cell, double w) {
                    const double d = error_of(cell) - error / in_block;
                    gradient.mean.data()[cell] = static_cast<T>(w / weight * (d / size(d) - slope / in_block));
                });
            return Sums<2>{value / weight, squares / weight};
        });
        return make_loss(in, sum, std::move(gradient), in.scale * std::sqrt(square), in.unit);
    }

    template <class T>
    LossValue<T, Cuda> operator()(const LossInput<T, Cuda>& in) const
    {
        const kernels::SubgridFields<T> fields{.batch = in.target.extent(0),
                                               .rows = in.target.extent(1),
                                               .cols = in.target.extent(2),
                                               .factor = in.factor,
                                               .valid = in.valid.data(),
                                               .area = in.area.data(),
                                               .target = in.target.data(),
                                               .mean = in.mean.value().data(),
                                               .epsilon = epsilon,
                                               .scale = in.scale};
        return make_loss_on_device(in, false, in.unit, [&](const kernels::LossOutput<T>& output) {
            kernels::loss_subgrid(Cuda{}, fields, output);
        });
    }
};

} // namespace gwsd::losses
