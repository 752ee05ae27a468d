#pragma once

// Comparisons between devices, for the tests of CUDA kernels. A case starts with GWSD_NEEDS_CUDA, which skips it where
// no device is to be had.

#include <cmath>
#include <cstdlib>
#include <functional>
#include <iostream>
#include <vector>

#include "gwsd/tensor/tensor.hpp"
#include "support/gradcheck.hpp"

namespace gwsd::test {

/// True if kernels can run here: a GPU, or a stand-in for the runtime.
inline bool cuda_available()
{
    static const bool available = [] {
        try {
            Tensor<float, Cuda>::empty({1});
            return true;
        } catch (const DeviceUnavailable& error) {
            std::cout << error.what() << '\n';
            return false;
        }
    }();
    return available;
}

/// False where a stand-in for the runtime perturbs approximate functions, a little differently at each call: then two
/// runs cannot give the same bits.
inline bool same_bits_expected() { return std::getenv("GWSD_PTX_NOISE") == nullptr; }

#define GWSD_NEEDS_CUDA                                      \
    if (!test::cuda_available()) {                           \
        std::cout << "SKIPPED: no CUDA device" << std::endl; \
        return;                                              \
    }

/// ||a - b||_2 / ||b||_2; NaN if a value is.
template <class T, class D1, class S, class D2>
double relative_difference(const Tensor<T, D1>& a, const Tensor<S, D2>& b)
{
    REQUIRE(a.shape() == b.shape());
    const auto x = a.to_vector();
    const auto y = b.to_vector();
    double difference = 0, size = 0;
    for (std::size_t i = 0; i < x.size(); ++i) {
        difference += std::pow(static_cast<double>(x[i]) - static_cast<double>(y[i]), 2);
        size += std::pow(static_cast<double>(y[i]), 2);
    }
    return std::sqrt(difference / (size + 1e-300));
}

template <class T, class Device>
Tensor<T, Cpu> convert_to(const Tensor<double, Device>& from)
{
    const auto values = from.to_vector();
    return Tensor<T, Cpu>::from(from.shape(), std::vector<T>(values.begin(), values.end()));
}

/// Values and gradients of an operation on one device. `operation` takes and gives variables of that device; the
/// gradient of its output is random, the same on every device.
template <class T, class Device, class Operation>
std::vector<Tensor<T, Cpu>> outcome(const Operation& operation, const std::vector<Tensor<double, Cpu>>& inputs)
{
    Tape tape;
    std::vector<Variable<T, Device>> variables;
    for (const auto& input : inputs) variables.emplace_back(copy_to<Device>(convert_to<T>(input)), true);
    const Variable<T, Device> y = operation(variables);
    std::vector<Tensor<T, Cpu>> results{copy_to<Cpu>(y.value().clone())};
    y.gradient()->sum() = copy_to<Device>(random_tensor<T>(y.shape(), 77));
    tape.run_backward();
    for (const auto& variable : variables) {
        auto& gradient = *variable.gradient();
        results.push_back(copy_to<Cpu>(gradient.sum()));
    }
    return results;
}

/// An operation, a generic function of std::vector<Variable<T, Device>>, agrees between CPU and GPU: in double to
/// 1e-12, in float to `tolerance` of the CPU's double result; output and the gradient of every input.
template <class Operation>
void check_devices_agree(const Operation& operation, const std::vector<Tensor<double, Cpu>>& inputs,
                         double tolerance = 2e-6)
{
    const auto expected = outcome<double, Cpu>(operation, inputs);
    const auto exact = outcome<double, Cuda>(operation, inputs);
    const auto single = outcome<float, Cuda>(operation, inputs);
    for (std::size_t n = 0; n < expected.size(); ++n) {
        INFO((n == 0 ? std::string("output") : "gradient of input " + std::to_string(n - 1)));
        CHECK(relative_difference(exact[n], expected[n]) < 1e-12);
        CHECK(relative_difference(single[n], expected[n]) < tolerance);
    }
}

} // namespace gwsd::test
