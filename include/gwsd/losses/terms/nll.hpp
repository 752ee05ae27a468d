#pragma once

#include "gwsd/losses/data_term.hpp"

namespace gwsd::losses {

/// Gaussian negative log likelihood without its constant: 0.5 (log v + r^2 / v) (Kendall and Gal 2017).
struct Nll {
    static constexpr const char* name = "nll";
    static constexpr const char* description = "Gaussian negative log likelihood";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = true;

    static CellLoss cell(double residual, double variance, double predicted)
    {
        const double scaled = residual * residual / variance;
        return {0.5 * (std::log(variance) + scaled), -residual / variance, 0.5 * (1 - scaled) * predicted / variance};
    }

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        return data_term(in, cell);
    }
};

} // namespace gwsd::losses
