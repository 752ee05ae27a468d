#pragma once

#include "gwsd/losses/data_term.hpp"

namespace gwsd::losses {

/// Negative log likelihood of a Laplace distribution of variance v, without its constant: 0.5 log v + |r| sqrt(2 / v).
struct Laplace {
    static constexpr const char* name = "laplace";
    static constexpr const char* description = "Laplace negative log likelihood";
    static constexpr const char* needs = "";
    static constexpr double default_weight = 1;
    static constexpr bool is_data = true;

    template <class T, class Device>
    LossValue<T, Device> operator()(const LossInput<T, Device>& in) const
    {
        return data_term(in, kernels::LaplaceCell{});
    }
};

} // namespace gwsd::losses
