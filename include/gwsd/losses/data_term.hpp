#pragma once

#include <cmath>

#include "gwsd/losses/loss_term.hpp"
#include "gwsd/losses/sums.hpp"

namespace gwsd::losses {

/// Loss of one cell and its derivatives with respect to mean and log variance.
struct CellLoss {
    double value, d_mean, d_log_variance;
};

/// Area-weighted mean over valid cells of cell(residual = target - mean, variance, predicted variance), where variance
/// is the predicted one plus the product's, if given. The physical figure is the root mean square error.
template <class T, class Device, class Cell>
LossValue<T, Device> data_term(const LossInput<T, Device>& in, Cell cell)
{
    LossGradient<T, Device> gradient(in);
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

} // namespace gwsd::losses
