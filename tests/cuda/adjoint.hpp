#pragma once

#include "cuda/support.hpp"

namespace gwsd::test {

/// A linear operation A on the device and its gradient A' belong together: <A x, g> = <x, A' g>, summed over inputs.
template <class Operation>
void check_adjoint(const Operation& operation, const std::vector<Tensor<double, Cpu>>& inputs)
{
    const auto results = outcome<double, Cuda>(operation, inputs);
    const auto inner = [](const Tensor<double, Cpu>& a, const Tensor<double, Cpu>& b) {
        double sum = 0;
        for (Index i = 0; i < a.elements(); ++i) sum += a.data()[i] * b.data()[i];
        return sum;
    };
    double back = 0;
    for (std::size_t n = 0; n < inputs.size(); ++n) back += inner(inputs[n], results[n + 1]);
    CHECK(inner(results[0], random_tensor<double>(results[0].shape(), 77)) == Approx(back).epsilon(1e-11));
}

} // namespace gwsd::test
