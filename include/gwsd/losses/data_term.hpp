#pragma once

#include <cmath>

#include "gwsd/kernels/loss_data_cuda.hpp"
#include "gwsd/losses/loss_term.hpp"
#include "gwsd/losses/sums.hpp"

namespace gwsd::losses {

/// What a formula of one cell gives; those that run on a GPU as well are in kernels/loss_cells.hpp.
using kernels::CellLoss;

/// Area-weighted mean over valid cells of cell(residual = target - mean, variance, predicted variance), where variance
/// is the predicted one plus the product's, if given. The physical figure is the root mean square error.
template <class T, class Cell>
LossValue<T, Cpu> data_term(const LossInput<T, Cpu>& in, Cell cell)
{
    LossGradient<T, Cpu> gradient(in);
    const T *valid = in.valid.data(), *area = in.area.data(), *target = in.target.data(),
            *mean = in.mean.value().data(), *log_variance = in.log_variance.value().data();
    const T* product = in.product_variance.defined() ? in.product_variance.data() : nullptr;
    const Index cells = in.target.elements();
    const double weight = sum_cells<1>(
        cells, [&](Index i) { return Sums<1>{static_cast<double>(valid[i]) * static_cast<double>(area[i])}; })[0];
    if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, in.unit);
    const auto [sum, square] = sum_cells<2>(cells, [&](Index i) {
        const double w = static_cast<double>(valid[i]) * static_cast<double>(area[i]) / weight;
        if (!(w > 0)) return Sums<2>{};
        const double residual = static_cast<double>(target[i]) - static_cast<double>(mean[i]);
        const double predicted = std::exp(static_cast<double>(log_variance[i]));
        const CellLoss loss = cell(residual, predicted + (product ? static_cast<double>(product[i]) : 0.0), predicted);
        if (gradient.wanted) {
            gradient.mean.data()[i] = static_cast<T>(w * loss.d_mean);
            gradient.log_variance.data()[i] = static_cast<T>(w * loss.d_log_variance);
        }
        return Sums<2>{w * loss.value, w * residual * residual};
    });
    return make_loss(in, sum, std::move(gradient), in.scale * std::sqrt(square), in.unit);
}

/// The same on a GPU, for the formulas that its kernel is compiled for. Throws ConfigError for others.
template <class T, class Cell>
LossValue<T, Cuda> data_term(const LossInput<T, Cuda>& in, Cell cell)
{
    if constexpr (kernels::CudaCells::holds<Cell>) {
        const kernels::DataFields<T> fields{
            .cells = in.target.elements(),
            .valid = in.valid.data(),
            .area = in.area.data(),
            .target = in.target.data(),
            .mean = in.mean.value().data(),
            .log_variance = in.log_variance.value().data(),
            .product_variance = in.product_variance.defined() ? in.product_variance.data() : nullptr,
            .scale = in.scale};
        return make_loss_on_device(in, true, in.unit, [&](const kernels::LossOutput<T>& output) {
            kernels::loss_data(Cuda{}, cell, fields, output);
        });
    } else {
        throw ConfigError(
            "loss.data: the term has no CUDA kernel; use --device cpu, or add its formula to "
            "kernels/loss_cells.hpp");
    }
}

} // namespace gwsd::losses
