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

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        return data_term(in, kernels::NllCell{});
    }
};

} // namespace gwsd::losses
