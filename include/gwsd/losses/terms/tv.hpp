#pragma once

#include <cmath>

#include "gwsd/kernels/loss_tv_cuda.hpp"
#include "gwsd/losses/loss_term.hpp"
#include "gwsd/losses/sums.hpp"

namespace gwsd::losses {

/// Charbonnier total variation: mean of sqrt(difference^2 + eps^2), eps = 1e-3, over pairs of land neighbours in a row
/// or a column, in normalised units per cell, weighted by the pair's mean area (SPEC 5). The physical figure is the
/// same in the target's unit per cell.
struct Tv {
    static constexpr const char* name = "tv";
    static constexpr const char* description = "neighbouring cells differ little";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1e-3;
    static constexpr bool is_data = false;
    static constexpr double epsilon = 1e-3;

    template <class T>
    LossValue<T, Cpu> operator()(const LossInput<T, Cpu>& in) const
    {
        LossGradient<T, Cpu> gradient(in);
        const Index samples = in.land.extent(0), rows = in.land.extent(1), cols = in.land.extent(2);
        // Visits every pair of neighbours of a sample once: a cell with the one to its east, then with the one to its
        // north. Threads share the samples.
        const auto sum_pairs = [&](auto term) {
            return sum_cells<1>(
                samples,
                [&](Index b) {
                    double sum = 0;
                    for (Index r = 0; r < rows; ++r)
                        for (Index c = 0; c < cols; ++c) {
                            const Index cell = (b * rows + r) * cols + c;
                            if (c + 1 < cols) sum += term(cell, cell + 1);
                            if (r + 1 < rows) sum += term(cell, cell + cols);
                        }
                    return Sums<1>{sum};
                },
                1)[0];
        };
        const auto weight_of = [land = in.land.data(), area = in.area.data()](Index cell, Index other) {
            return 0.5 * static_cast<double>(land[cell]) * static_cast<double>(land[other]) *
                   (static_cast<double>(area[cell]) + static_cast<double>(area[other]));
        };
        const double weight = sum_pairs(weight_of);
        if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, in.unit);
        const double sum = sum_pairs([&](Index cell, Index other) {
            const double w = weight_of(cell, other) / weight;
            if (!(w > 0)) return 0.0;
            const double step =
                static_cast<double>(in.mean.value().data()[other]) - static_cast<double>(in.mean.value().data()[cell]);
            const double size = std::sqrt(step * step + epsilon * epsilon);
            if (gradient.wanted) {
                const auto slope = static_cast<T>(w * step / size);
                gradient.mean.data()[other] += slope;
                gradient.mean.data()[cell] -= slope;
            }
            return w * size;
        });
        return make_loss(in, sum, std::move(gradient), in.scale * sum, in.unit);
    }

    template <class T>
    LossValue<T, Cuda> operator()(const LossInput<T, Cuda>& in) const
    {
        const kernels::TvFields<T> fields{.batch = in.land.extent(0),
                                          .rows = in.land.extent(1),
                                          .cols = in.land.extent(2),
                                          .land = in.land.data(),
                                          .area = in.area.data(),
                                          .mean = in.mean.value().data(),
                                          .epsilon = epsilon,
                                          .scale = in.scale};
        return make_loss_on_device(in, false, in.unit, [&](const kernels::LossOutput<T>& output) {
            kernels::loss_tv(Cuda{}, fields, output);
        });
    }
};

} // namespace gwsd::losses
