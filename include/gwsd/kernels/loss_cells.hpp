#pragma once

#include <cmath>
#include <type_traits>

#include "gwsd/core/device.hpp"

// What data terms give for one cell, written once for every device. `variance` is the predicted one plus the product's,
// if there is one. The terms that use them, and their papers, are in losses/terms/.

namespace gwsd::kernels {

/// Loss of one cell and its derivatives with respect to mean and log variance.
struct CellLoss {
    double value, d_mean, d_log_variance;
};

/// Minus log of a normal density without its constant: 0.5 (log v + r^2 / v)
struct NllCell {
    GWSD_HOST_DEVICE CellLoss operator()(double residual, double variance, double predicted) const
    {
        const double scaled = residual * residual / variance;
        return {0.5 * (std::log(variance) + scaled), -residual / variance, 0.5 * (1 - scaled) * predicted / variance};
    }
};

/// The same times sqrt(v), which takes no gradient.
struct BetaNllCell {
    GWSD_HOST_DEVICE CellLoss operator()(double residual, double variance, double predicted) const
    {
        const CellLoss loss = NllCell{}(residual, variance, predicted);
        const double weight = std::sqrt(variance);
        return {weight * loss.value, weight * loss.d_mean, weight * loss.d_log_variance};
    }
};

/// 0.5 r^2 for the mean, plus the likelihood for the variance alone.
struct FaithfulCell {
    GWSD_HOST_DEVICE CellLoss operator()(double residual, double variance, double predicted) const
    {
        const CellLoss likelihood = NllCell{}(residual, variance, predicted);
        return {0.5 * residual * residual + likelihood.value, -residual, likelihood.d_log_variance};
    }
};

/// 0.5 log v + |r| sqrt(2 / v)
struct LaplaceCell {
    GWSD_HOST_DEVICE CellLoss operator()(double residual, double variance, double predicted) const
    {
        const double slope = std::sqrt(2 / variance), distance = std::abs(residual) * slope;
        const double sign = residual > 0 ? 1.0 : residual < 0 ? -1.0 : 0.0;
        return {0.5 * std::log(variance) + distance, -sign * slope, 0.5 * (1 - distance) * predicted / variance};
    }
};

/// r^2
struct MseCell {
    GWSD_HOST_DEVICE CellLoss operator()(double residual, double, double) const
    {
        return {residual * residual, -2 * residual, 0.0};
    }
};

/// A list of types, and whether it holds one.
template <class... Cell>
struct CellList {
    template <class Other>
    static constexpr bool holds = (... || std::is_same_v<Cell, Other>);
};

/// The cells that loss_data.cu is compiled for.
using CudaCells = CellList<NllCell, BetaNllCell, FaithfulCell, LaplaceCell, MseCell>;

} // namespace gwsd::kernels
