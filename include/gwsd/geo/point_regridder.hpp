#pragma once

#include <cmath>
#include <limits>

#include "gwsd/geo/regridder.hpp"
#include "gwsd/geo/stencil.hpp"

namespace gwsd::geo {

/// Reads a field at the centres of the target's cells: the value of the nearest centre (ties go west and south), or
/// bilinear interpolation between the four around it.
class StencilRegridder : public Regridder {
public:
    template <class Weights>
    StencilRegridder(const Grid& from, const Grid& to, const Weights& weights_at)
        : from_(from), to_(to), rows_(row_stencils(from, to, weights_at)), cols_(col_stencils(from, to, weights_at))
    {
    }

    void apply(std::span<const float> in, std::span<float> out, double min_valid_fraction = 0) const override
    {
        check_cells("interpolation", from_, in.size(), to_, out.size());
        apply_separable<float>(rows_, cols_, from_.cols(), in, out, [=](Index, Index, double sum, double share) {
            const bool valid = share > 0 && share >= min_valid_fraction - 1e-9;
            return valid ? sum / share : std::numeric_limits<double>::quiet_NaN();
        });
    }

private:
    Grid from_, to_;
    AxisWeights rows_, cols_;
};

/// Cubic convolution (Keys 1981, a = -1/2). Where cells are missing the weights of the others are renormalised as long
/// as they carry at least half of the sum: below that, negative weights could blow a difference up, and bilinear
/// weights of the inner four cells serve, or where these are missing too the magnitudes of the cubic ones.
class BicubicRegridder : public Regridder {
public:
    BicubicRegridder(const Grid& from, const Grid& to)
        : from_(from),
          to_(to),
          rows_(row_stencils(from, to, cubic_weights)),
          cols_(col_stencils(from, to, cubic_weights)),
          linear_rows_(row_stencils(from, to, linear_weights)),
          linear_cols_(col_stencils(from, to, linear_weights))
    {
    }

    void apply(std::span<const float> in, std::span<float> out, double min_valid_fraction = 0) const override
    {
        check_cells("bicubic", from_, in.size(), to_, out.size());
        const double least = min_valid_fraction - 1e-9;
        const auto magnitude = [](double w) { return std::abs(w); };
        const auto same = [](double w) { return w; };
        const auto finish = [&](Index row, Index col, double sum, double share) {
            if (share >= 0.5) return share >= least ? sum / share : std::numeric_limits<double>::quiet_NaN();
            const Mean inner = mean(linear_rows_, linear_cols_, row, col, in, same);
            if (inner.share > 0 && inner.share >= least) return inner.value;
            const Mean outer = mean(rows_, cols_, row, col, in, magnitude);
            return outer.share > 0 && outer.share >= least ? outer.value : std::numeric_limits<double>::quiet_NaN();
        };
        apply_separable<float>(rows_, cols_, from_.cols(), in, out, finish);
    }

private:
    struct Mean {
        double value, share;
    };

    /// Mean over the valid cells of one stencil, and the share of the weights that they carry.
    template <class Transform>
    Mean mean(const AxisWeights& rows, const AxisWeights& cols, Index row, Index col, std::span<const float> in,
              const Transform& transform) const
    {
        double sum = 0, valid = 0, all = 0;
        for (std::size_t r = rows.from(row); r < rows.to(row); ++r)
            for (std::size_t c = cols.from(col); c < cols.to(col); ++c) {
                const double w = transform(rows.weight[r] * cols.weight[c]);
                const float x = in[static_cast<std::size_t>(rows.cell[r] * from_.cols() + cols.cell[c])];
                all += w;
                if (std::isnan(x)) continue;
                sum += w * static_cast<double>(x);
                valid += w;
            }
        return {sum / valid, all > 0 ? valid / all : 0.0};
    }

    Grid from_, to_;
    AxisWeights rows_, cols_, linear_rows_, linear_cols_;
};

} // namespace gwsd::geo
