#pragma once

#include "gwsd/losses/data_term.hpp"

namespace gwsd::losses {

/// The likelihood with each cell weighted by its variance to the power beta = 0.5, which takes no gradient itself, so
/// that cells that fit badly are not given up (Seitzer et al. 2022).
struct BetaNll {
    static constexpr const char* name = "beta_nll";
    static constexpr const char* description = "Gaussian negative log likelihood weighted by variance^0.5";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = true;
    static constexpr bool stops_gradient = true;

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        return data_term(in, kernels::BetaNllCell{});
    }
};

} // namespace gwsd::losses
