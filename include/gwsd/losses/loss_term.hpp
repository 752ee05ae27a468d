#pragma once

#include <string>
#include <utility>

#include "gwsd/losses/loss_input.hpp"

namespace gwsd::losses {

/// What a term gives: the raw loss, [1], and a figure that a hydrologist can read.
template <class T, class Device>
struct LossValue {
    Variable<T, Device> loss;
    double physical = 0;
    std::string physical_unit;
};

/// Every term is a struct in losses/terms/, one file each, found by CMake. It has
///     static constexpr name, description, needs (a sentence, or empty), default_weight, is_data (a data term), and
///     template <class T, class Device> LossValue<T, Device> operator()(const LossInput<T, Device>&) const,
/// and, if it needs what a run may lack,
///     template <class T, class Device> static bool available(const LossInput<T, Device>&).
/// A term that by design sends no gradient through a part of its value says `static constexpr bool stops_gradient`.
/// Terms compute value and gradient in one pass in double, and hand both to make_loss.

/// Gradients of a scalar loss with respect to the predictions; filled only if `wanted`.
template <class T, class Device>
struct LossGradient {
    bool wanted;
    Tensor<T, Device> mean, log_variance;

    explicit LossGradient(const LossInput<T, Device>& in)
        : wanted(Tape::recording() && (in.mean.requires_gradient() || in.log_variance.requires_gradient()))
    {
        if (!wanted) return;
        mean = Tensor<T, Device>::zeros(in.mean.shape());
        log_variance = Tensor<T, Device>::zeros(in.log_variance.shape());
    }
};

/// The loss as a variable: the backward pass adds the ready-made gradient times that of the loss.
template <class T, class Device>
LossValue<T, Device> make_loss(const LossInput<T, Device>& in, double value, LossGradient<T, Device> gradient,
                               double physical, std::string unit)
{
    auto backward = [gradient = std::move(gradient), dm = in.mean.gradient(),
                     dv = in.log_variance.gradient()](const Tensor<T, Device>& grad) {
        const auto add = [factor = grad.data()[0]](const Tensor<T, Device>& from, Gradient<T, Device>& to) {
            T* sum = to.sum().data();
            parallel_for(from.elements(), 16384, [&](Index begin, Index end) {
                for (Index i = begin; i < end; ++i) sum[i] += factor * from.data()[i];
            });
        };
        if (dm) add(gradient.mean, *dm);
        if (dv) add(gradient.log_variance, *dv);
    };
    auto loss =
        record(Tensor<T, Device>::full({1}, static_cast<T>(value)), std::move(backward), in.mean, in.log_variance);
    return {std::move(loss), physical, std::move(unit)};
}

} // namespace gwsd::losses
