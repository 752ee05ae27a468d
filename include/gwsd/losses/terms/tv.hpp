#pragma once

#include <cmath>

#include "gwsd/losses/loss_term.hpp"

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

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        LossGradient<T, Device> gradient(in);
        const Index samples = in.land.extent(0), rows = in.land.extent(1), cols = in.land.extent(2);
        // Visits every pair of neighbours once: a cell with the one to its east, then with the one to its north.
        const auto each_pair = [&](auto work) {
            for (Index b = 0; b < samples; ++b)
                for (Index r = 0; r < rows; ++r)
                    for (Index c = 0; c < cols; ++c) {
                        const Index cell = (b * rows + r) * cols + c;
                        for (const Index other :
                             {c + 1 < cols ? cell + 1 : Index{-1}, r + 1 < rows ? cell + cols : Index{-1}}) {
                            if (other < 0) continue;
                            const double both =
                                static_cast<double>(in.land.data()[cell]) * static_cast<double>(in.land.data()[other]);
                            const double w = 0.5 * both *
                                             (static_cast<double>(in.area.data()[cell]) +
                                              static_cast<double>(in.area.data()[other]));
                            if (w > 0) work(cell, other, w);
                        }
                    }
        };
        double weight = 0, sum = 0;
        each_pair([&](Index, Index, double w) { weight += w; });
        if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, in.unit);
        each_pair([&](Index cell, Index other, double w) {
            const double step =
                static_cast<double>(in.mean.value().data()[other]) - static_cast<double>(in.mean.value().data()[cell]);
            const double size = std::sqrt(step * step + epsilon * epsilon);
            sum += w / weight * size;
            if (!gradient.wanted) return;
            const auto slope = static_cast<T>(w / weight * step / size);
            gradient.mean.data()[other] += slope;
            gradient.mean.data()[cell] -= slope;
        });
        return make_loss(in, sum, std::move(gradient), in.scale * sum, in.unit);
    }
};

} // namespace gwsd::losses
