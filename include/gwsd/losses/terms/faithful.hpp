#pragma once

#include "gwsd/losses/data_term.hpp"

namespace gwsd::losses {

/// Squared error for the mean, likelihood for the variance with the residual held fixed, so that the mean is as good as
/// without a variance (Stirn et al. 2023). The network cuts the variance head's gradient off its trunk as well
/// (DownscalerConfig::detach_variance).
struct Faithful {
    static constexpr const char* name = "faithful";
    static constexpr const char* description = "squared error for the mean, likelihood for the variance alone";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = true;
    static constexpr bool stops_gradient = true;

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        return data_term(in, kernels::FaithfulCell{});
    }
};

} // namespace gwsd::losses
