#pragma once

#include <cmath>
#include <vector>

#include "gwsd/kernels/loss_mass_cuda.hpp"
#include "gwsd/losses/loss_term.hpp"

namespace gwsd::losses {

/// Regional mass balance: weighted mean over regions of (region mean of prediction - region mean of GWSA)^2, where
/// regions of region_size x region_size fine cells are anchored to the globe, so that overlapping tiles agree (SPEC 5).
/// Means run over land cells whose coarse cell is known. A region cut by the tile's edge weighs by the area present,
/// and nothing when less than half of it is. The physical figure is the root mean square difference in the target's
/// unit.
struct Mass {
    static constexpr const char* name = "mass";
    static constexpr const char* description = "regional means equal those of the satellite field";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = false;

    template <class T>
    LossValue<T, Cpu> operator()(const LossInput<T, Cpu>& in) const
    {
        LossGradient<T, Cpu> gradient(in);
        double weight = 0, sum = 0;
        std::vector<Region> regions;
        for (Index b = 0; b < in.land.extent(0); ++b)
            for (const Region& region : regions_of(in, b)) {
                weight += region.weight;
                sum += region.weight * region.difference * region.difference;
                regions.push_back(region);
            }
        if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, in.unit);
        if (gradient.wanted)
            for (const Region& region : regions)
                each_cell(in, region, [&](Index cell, Index, double w) {
                    gradient.mean.data()[cell] =
                        static_cast<T>(2 * region.difference * w / weight); // region.weight cancels the mean's
                });
        return make_loss(in, sum / weight, std::move(gradient), in.scale * std::sqrt(sum / weight), in.unit);
    }

    template <class T>
    LossValue<T, Cuda> operator()(const LossInput<T, Cuda>& in) const
    {
        const Index batch = in.land.extent(0);
        std::vector<std::int32_t> origin; // some bytes, which the host hands over without waiting
        for (const auto* values : {&in.row_origin, &in.col_origin})
            for (Index b = 0; b < batch; ++b)
                origin.push_back(static_cast<std::int32_t>((*values)[static_cast<std::size_t>(b)]));
        const auto origin_there = Tensor<std::int32_t, Cuda>::from({2, batch}, origin);
        const kernels::MassFields<T> fields{.batch = batch,
                                            .rows = in.land.extent(1),
                                            .cols = in.land.extent(2),
                                            .coarse_rows = in.coarse.extent(1),
                                            .coarse_cols = in.coarse.extent(2),
                                            .factor = in.factor,
                                            .region_size = in.region_size,
                                            .land = in.land.data(),
                                            .area = in.area.data(),
                                            .mean = in.mean.value().data(),
                                            .coarse = in.coarse.data(),
                                            .coarse_valid = in.coarse_valid.data(),
                                            .origin = origin_there.data(),
                                            .scale = in.scale};
        return make_loss_on_device(in, false, in.unit, [&](const kernels::LossOutput<T>& output) {
            kernels::loss_mass(Cuda{}, fields, output);
        });
    }

private:
    /// Rows and columns of a sample that lie in one region of the globe.
    struct Region {
        Index sample, row, rows, col, cols;
        double weight = 0, difference = 0;
    };

    /// Calls work(fine cell, coarse cell, weight) for land cells with a known coarse cell.
    template <class T, class Device, class Work>
    static void each_cell(const LossInput<T, Device>& in, const Region& region, Work work)
    {
        const Index rows = in.land.extent(1), cols = in.land.extent(2);
        for (Index r = region.row; r < region.row + region.rows; ++r)
            for (Index c = region.col; c < region.col + region.cols; ++c) {
                const Index cell = (region.sample * rows + r) * cols + c;
                const Index coarse =
                    (region.sample * in.coarse.extent(1) + r / in.factor) * in.coarse.extent(2) + c / in.factor;
                const double w = static_cast<double>(in.land.data()[cell]) * static_cast<double>(in.area.data()[cell]) *
                                 static_cast<double>(in.coarse_valid.data()[coarse]);
                if (w > 0) work(cell, coarse, w);
            }
    }

    template <class T, class Device>
    static std::vector<Region> regions_of(const LossInput<T, Device>& in, Index b)
    {
        const Index size = in.region_size, rows = in.land.extent(1), cols = in.land.extent(2);
        const Index row0 = in.row_origin[static_cast<std::size_t>(b)],
                    col0 = in.col_origin[static_cast<std::size_t>(b)];
        std::vector<Region> regions;
        for (Index i = row0 / size; i * size < row0 + rows; ++i)
            for (Index j = col0 / size; j * size < col0 + cols; ++j) {
                Region region{b, std::max<Index>(0, i * size - row0), 0, std::max<Index>(0, j * size - col0), 0};
                region.rows = std::min(rows, (i + 1) * size - row0) - region.row;
                region.cols = std::min(cols, (j + 1) * size - col0) - region.col;
                if (2 * region.rows * region.cols < size * size) continue;
                double predicted = 0, satellite = 0;
                each_cell(in, region, [&](Index cell, Index coarse, double w) {
                    region.weight += w;
                    predicted += w * static_cast<double>(in.mean.value().data()[cell]);
                    satellite += w * static_cast<double>(in.coarse.data()[coarse]);
                });
                if (!(region.weight > 0)) continue;
                region.difference = (predicted - satellite) / region.weight;
                regions.push_back(region);
            }
        return regions;
    }
};

} // namespace gwsd::losses
