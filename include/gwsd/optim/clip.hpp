#pragma once

#include <cmath>

#include "gwsd/autograd/parameter.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::optim {

/// Euclidean norm of all gradients together, summed in double in a fixed order, so that it is the same for any number
/// of threads. NaN or infinity if a gradient is.
template <class T>
double gradient_norm(const std::vector<NamedParameter<T, Cpu>>& parameters)
{
    double square = 0;
    for (const auto& [name, variable] : parameters) {
        if (!variable.gradient() || !variable.gradient()->defined()) continue;
        const T* gradient = variable.gradient()->sum().data();
        square += parallel_sum(variable.value().elements(), Index{8192}, 0.0, [&](Index begin, Index end) {
            double sum = 0;
            for (Index i = begin; i < end; ++i) {
                const auto g = static_cast<double>(gradient[i]);
                sum += g * g;
            }
            return sum;
        });
    }
    return std::sqrt(square);
}

/// What gradients of norm `norm` are multiplied with so that they are no longer than `largest`; 1 where `largest` is 0,
/// which means no clipping. The small addend is that of the usual implementations.
inline double clip_factor(double norm, double largest)
{
    return largest > 0 ? std::min(1.0, largest / (norm + 1e-6)) : 1.0;
}

} // namespace gwsd::optim
