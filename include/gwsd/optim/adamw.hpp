#pragma once

#include <cmath>
#include <cstdint>
#include <type_traits>

#include "gwsd/autograd/parameter.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::optim {

struct AdamWOptions {
    double learning_rate = 3e-4;
    double beta1 = 0.9, beta2 = 0.999;
    double epsilon = 1e-8;
    double weight_decay = 1e-2; ///< of weights; biases and normalisation (one axis) do not decay
};

/// Adam with decoupled weight decay (Loshchilov and Hutter 2019). With gradient g at step t:
///   m = beta1 m + (1 - beta1) g,   v = beta2 v + (1 - beta2) g^2,
///   w = w (1 - rate decay) - rate m / (1 - beta1^t) / (sqrt(v / (1 - beta2^t)) + epsilon)
/// A parameter that no gradient reached counts as g = 0.
template <class T, class Device = Cpu>
class AdamW {
public:
    explicit AdamW(std::vector<NamedParameter<T, Device>> parameters, AdamWOptions options = {})
        : parameters_(std::move(parameters)), options_(options)
    {
        for (const auto& [name, variable] : parameters_) {
            first_.push_back(Tensor<T, Device>::zeros(variable.shape()));
            second_.push_back(Tensor<T, Device>::zeros(variable.shape()));
        }
    }

    const AdamWOptions& options() const { return options_; }

    /// One step along the gradients that the parameters hold, each times `gradient_scale` (see clip_factor). On a GPU
    /// Optimiser takes the steps.
    void step(double learning_rate, double gradient_scale = 1) requires(std::is_same_v<Device, Cpu>)
    {
        ++steps_;
        const double t = static_cast<double>(steps_), rate = learning_rate / (1 - std::pow(options_.beta1, t)),
                     root = 1 / std::sqrt(1 - std::pow(options_.beta2, t));
        for (std::size_t n = 0; n < parameters_.size(); ++n) {
            const auto& variable = parameters_[n].variable;
            const double keep = variable.shape().rank() > 1 ? 1 - learning_rate * options_.weight_decay : 1;
            const auto b1 = static_cast<T>(options_.beta1), b2 = static_cast<T>(options_.beta2),
                       c1 = static_cast<T>(1 - options_.beta1), c2 = static_cast<T>(1 - options_.beta2),
                       epsilon = static_cast<T>(options_.epsilon), by = static_cast<T>(rate),
                       scale = static_cast<T>(gradient_scale), kept = static_cast<T>(keep), r = static_cast<T>(root);
            const bool any = variable.gradient() && variable.gradient()->defined();
            const T* gradient = any ? variable.gradient()->sum().data() : nullptr;
            T *w = variable.value().data(), *m = first_[n].data(), *v = second_[n].data();
            parallel_for(variable.value().elements(), 8192, [&](Index begin, Index end) {
                for (Index i = begin; i < end; ++i) {
                    const T g = gradient ? scale * gradient[i] : T{};
                    m[i] = b1 * m[i] + c1 * g;
                    v[i] = b2 * v[i] + c2 * g * g;
                    w[i] = kept * w[i] - by * m[i] / (r * std::sqrt(v[i]) + epsilon);
                }
            });
        }
    }
    void step() requires(std::is_same_v<Device, Cpu>) { step(options_.learning_rate); }

    /// Steps taken; a resumed run sets it, since the bias correction depends on it.
    std::uint64_t steps() const { return steps_; }
    void set_steps(std::uint64_t steps) { steps_ = steps; }

    /// Handles to the moments: "first_moment.NAME" and "second_moment.NAME". A checkpoint stores their values, and a
    /// resumed run writes them back.
    NamedTensors<T, Device> state() const
    {
        NamedTensors<T, Device> all;
        for (std::size_t n = 0; n < parameters_.size(); ++n) {
            all.emplace_back("first_moment." + parameters_[n].name, first_[n]);
            all.emplace_back("second_moment." + parameters_[n].name, second_[n]);
        }
        return all;
    }

private:
    std::vector<NamedParameter<T, Device>> parameters_;
    AdamWOptions options_;
    std::vector<Tensor<T, Device>> first_, second_;
    std::uint64_t steps_ = 0;
};

} // namespace gwsd::optim
