#pragma once

#include <cmath>

#include "gwsd/losses/loss_term.hpp"

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
    const Index cells = in.target.elements();
    double weight = 0, sum = 0, square = 0;
    for (Index i = 0; i < cells; ++i)
        weight += static_cast<double>(in.valid.data()[i]) * static_cast<double>(in.area.data()[i]);
    if (!(weight > 0)) return make_loss(in, 0.0, std::move(gradient), 0.0, in.unit);
    for (Index i = 0; i < cells; ++i) {
        const double w = static_cast<double>(in.valid.data()[i]) * static_cast<double>(in.area.data()[i]) / weight;
        if (!(w > 0)) continue;
        const double residual =
            static_cast<double>(in.target.data()[i]) - static_cast<double>(in.mean.value().data()[i]);
        const double predicted = std::exp(static_cast<double>(in.log_variance.value().data()[i]));
        const double product = in.product_variance.defined() ? static_cast<double>(in.product_variance.data()[i]) : 0.0;
        const CellLoss loss = cell(residual, predicted + product, predicted);
        sum += w * loss.value;
        square += w * residual * residual;
        if (!gradient.wanted) continue;
        gradient.mean.data()[i] = static_cast<T>(w * loss.d_mean);
        gradient.log_variance.data()[i] = static_cast<T>(w * loss.d_log_variance);
    }
    return make_loss(in, sum, std::move(gradient), in.scale * std::sqrt(square), in.unit);
}

} // namespace gwsd::losses
