#pragma once

#include <cmath>
#include <functional>
#include <vector>

#include "gwsd/autograd/parameter.hpp"
#include "gwsd/autograd/variable.hpp"
#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

namespace gwsd::test {

/// Standard normal values, the same for the same seed.
template <class T>
Tensor<T, Cpu> random_tensor(const Shape& shape, std::uint64_t seed, double scale = 1.0)
{
    auto tensor = Tensor<T, Cpu>::empty(shape);
    Random random(seed);
    for (Index i = 0; i < tensor.elements(); ++i) tensor.data()[i] = static_cast<T>(scale * random.normal());
    return tensor;
}

/// Values above 0.3, as variances and weights need them.
inline Tensor<double, Cpu> positive_tensor(const Shape& shape, std::uint64_t seed)
{
    auto tensor = random_tensor<double>(shape, seed);
    for (Index i = 0; i < tensor.elements(); ++i) tensor.data()[i] = 0.3 + std::abs(tensor.data()[i]);
    return tensor;
}

/// Checks the gradients of `function` (any output shape) against central differences in double precision: for each
/// input and `directions` random directions u, the derivative of sum(weights * function) along u must agree. Central
/// differences at two step sizes are combined (Richardson), so agreement to 1e-7 relative is expected of smooth
/// functions.
inline void check_gradients(const std::function<Variable<double>(const std::vector<Variable<double>>&)>& function,
                            const std::vector<Tensor<double>>& inputs, double tolerance = 1e-7, int directions = 3)
{
    const auto weighted = [&](const std::vector<Tensor<double>>& at, const Tensor<double>& weights) {
        std::vector<Variable<double>> constants;
        for (const auto& input : at) constants.emplace_back(input);
        const auto y = function(constants).value();
        double sum = 0;
        for (Index i = 0; i < y.elements(); ++i) sum += weights.data()[i] * y.data()[i];
        return sum;
    };

    Tape tape;
    std::vector<Variable<double>> variables;
    for (const auto& input : inputs) variables.emplace_back(input, true);
    const auto output = function(variables);
    const auto weights = random_tensor<double>(output.shape(), 4242);
    REQUIRE(output.requires_gradient());
    output.gradient()->sum() = weights.clone();
    tape.run_backward();

    for (std::size_t n = 0; n < inputs.size(); ++n) {
        for (int d = 0; d < directions; ++d) {
            const auto u = random_tensor<double>(inputs[n].shape(), 1000 * n + static_cast<std::uint64_t>(d) + 1);
            const auto slope = [&](double step) {
                auto plus = inputs, minus = inputs;
                plus[n] = inputs[n].clone(), minus[n] = inputs[n].clone();
                for (Index i = 0; i < u.elements(); ++i)
                    plus[n].data()[i] += step * u.data()[i], minus[n].data()[i] -= step * u.data()[i];
                return (weighted(plus, weights) - weighted(minus, weights)) / (2 * step);
            };
            const double h = 1e-4, numeric = (4 * slope(h / 2) - slope(h)) / 3;
            double analytic = 0;
            if (variables[n].gradient()->defined())
                for (Index i = 0; i < u.elements(); ++i)
                    analytic += variables[n].gradient()->sum().data()[i] * u.data()[i];
            INFO("input " << n << ", direction " << d << ": numeric " << numeric << ", analytic " << analytic);
            CHECK(std::abs(numeric - analytic) <= tolerance * (1 + std::abs(numeric) + std::abs(analytic)));
        }
    }
}

/// Checks the gradients of `function` by each of `parameters`, whose values are set in place: the derivative of
/// sum(weights * function) along one random direction a parameter, as check_gradients().
inline void check_parameter_gradients(const std::function<Variable<double>()>& function,
                                      const std::vector<NamedParameter<double, Cpu>>& parameters,
                                      double tolerance = 1e-6)
{
    clear_gradients(parameters);
    Tape tape;
    const auto output = function();
    const auto weights = random_tensor<double>(output.shape(), 9);
    output.gradient()->sum() = weights.clone();
    tape.run_backward();
    const Tape::Paused paused;
    for (const auto& [name, variable] : parameters) {
        const auto u = random_tensor<double>(variable.shape(), 77);
        const auto weighted = [&](double step) {
            for (Index i = 0; i < u.elements(); ++i) variable.value().data()[i] += step * u.data()[i];
            const auto values = function().value();
            for (Index i = 0; i < u.elements(); ++i) variable.value().data()[i] -= step * u.data()[i];
            double sum = 0;
            for (Index i = 0; i < weights.elements(); ++i) sum += weights.data()[i] * values.data()[i];
            return sum;
        };
        const auto slope = [&](double h) { return (weighted(h) - weighted(-h)) / (2 * h); };
        const double numeric = (4 * slope(5e-5) - slope(1e-4)) / 3;
        double analytic = 0;
        for (Index i = 0; i < u.elements(); ++i) analytic += variable.gradient()->sum().data()[i] * u.data()[i];
        INFO(name << ": numeric " << numeric << ", analytic " << analytic);
        CHECK(std::abs(numeric - analytic) < tolerance * (1 + std::abs(numeric)));
    }
}

} // namespace gwsd::test
