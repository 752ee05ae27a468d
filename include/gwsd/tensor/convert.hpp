#pragma once

#include "gwsd/core/parallel.hpp"
#include "gwsd/tensor/tensor.hpp"

namespace gwsd {

/// The same values in another scalar type: rounded to nearest even, double to bfloat16 by way of float.
template <class To, class From>
Tensor<To, Cpu> convert(const Tensor<From, Cpu>& from)
{
    auto to = Tensor<To, Cpu>::empty(from.shape());
    parallel_for(to.elements(), 16384, [&, x = from.data(), y = to.data()](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) {
            if constexpr (std::is_same_v<To, bfloat16>)
                y[i] = bfloat16(static_cast<float>(x[i]));
            else if constexpr (std::is_same_v<From, bfloat16>)
                y[i] = static_cast<To>(static_cast<float>(x[i]));
            else
                y[i] = static_cast<To>(x[i]);
        }
    });
    return to;
}

} // namespace gwsd
