#pragma once

// One operation forward and backward in f32, to compare what different kernels make of it.

#include <cmath>
#include <vector>

#include "gwsd/core/parallel.hpp"
#include "support/gradcheck.hpp"

namespace gwsd::test {

/// Output and gradients of an operation on inputs that all want a gradient.
template <class Operation>
std::vector<Tensor<float>> run_with_gradients(const std::vector<Tensor<float>>& inputs, const Operation& operation)
{
    Tape tape;
    std::vector<Variable<float>> variables;
    for (const auto& input : inputs) variables.emplace_back(input, true);
    const Variable<float> y = operation(variables);
    const auto output = y.value().clone();
    y.gradient()->sum() = random_tensor<float>(y.shape(), 99);
    tape.run_backward();
    std::vector<Tensor<float>> results{output};
    for (const auto& variable : variables) results.push_back(variable.gradient()->sum());
    return results;
}

/// ||a - b||_2 / ||b||_2.
inline double relative_error(const Tensor<float>& a, const Tensor<float>& b)
{
    double difference = 0, size = 0;
    for (Index i = 0; i < a.elements(); ++i) {
        difference += std::pow(static_cast<double>(a.data()[i]) - static_cast<double>(b.data()[i]), 2);
        size += std::pow(static_cast<double>(b.data()[i]), 2);
    }
    return std::sqrt(difference / (size + 1e-30));
}

/// The largest relative error of the results.
inline double relative_error(const std::vector<Tensor<float>>& a, const std::vector<Tensor<float>>& b)
{
    double largest = 0;
    for (std::size_t n = 0; n < a.size(); ++n) {
        const double error = relative_error(a[n], b[n]);
        largest = error > largest || std::isnan(error) ? error : largest;
    }
    return largest;
}

/// True if one and three threads give the bits of `expected`.
template <class Operation>
bool same_for_any_threads(const std::vector<Tensor<float>>& expected, const std::vector<Tensor<float>>& inputs,
                          const Operation& operation)
{
    bool same = true;
    for (const int threads : {1, 3}) {
        set_threads(threads);
        const auto again = run_with_gradients(inputs, operation);
        for (std::size_t n = 0; n < again.size(); ++n) same = same && again[n].to_vector() == expected[n].to_vector();
    }
    set_threads(default_threads());
    return same;
}

} // namespace gwsd::test
