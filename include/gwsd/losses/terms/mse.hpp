#pragma once

#include "gwsd/losses/data_term.hpp"

namespace gwsd::losses {

/// Mean squared error; the variance is left to recalibration.
struct Mse {
    static constexpr const char* name = "mse";
    static constexpr const char* description = "mean squared error, no variance";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = true;

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        return data_term(in, kernels::MseCell{});
    }
};

} // namespace gwsd::losses
