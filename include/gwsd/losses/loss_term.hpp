#pragma once

#include <array>
#include <string>
#include <type_traits>
#include <utility>

#include "gwsd/kernels/loss_output.hpp"
#include "gwsd/kernels/scaled_add.hpp"
#include "gwsd/losses/loss_input.hpp"

namespace gwsd::losses {

/// What a term gives: the raw loss, [1], and figures that stay on the device until they are asked for.
template <class T, class Device>
struct LossValue {
    Variable<T, Device> loss;
    Tensor<double, Device> figures; ///< [2]: the raw loss, and a figure that a hydrologist can read
    std::string physical_unit;

    /// The figures on the host, which waits for the device.
    std::array<double, 2> read() const
    {
        std::array<double, 2> values{};
        copy_to_host(Device{}, 2, figures.data(), values.data());
        return values;
    }
    double physical() const { return read()[1]; }
};

/// Every term is a struct in losses/terms/, one file each, found by CMake. It has
///     static constexpr name, description, needs (a sentence, or empty), default_weight, is_data (a data term), and
///     template <class T> LossValue<T, Cpu> operator()(const LossInput<T, Cpu>&) const,
/// and, if it needs what a run may lack,
///     template <class T, class Device> static bool available(const LossInput<T, Device>&).
/// A term that by design sends no gradient through a part of its value says `static constexpr bool stops_gradient`.
/// Terms compute value and gradient in one pass in double, and hand both to make_loss.
///
/// That is all a term needs; a run on a GPU refuses it with a ConfigError. To run there as well it has
///     template <class T> LossValue<T, Cuda> operator()(const LossInput<T, Cuda>&) const,
/// which hands the fields to a kernel and reads nothing back: see terms/tv.hpp, kernels/loss_tv_cuda.hpp and
/// kernels/cuda/loss_tv.cu. A data term is a formula of one cell, handed to data_term, which has the kernel: it runs on
/// a GPU once its formula stands in kernels/loss_cells.hpp and its list.

/// Gradients of a scalar loss with respect to the predictions; filled only if `wanted`.
template <class T, class Device>
struct LossGradient {
    bool wanted;
    Tensor<T, Device> mean, log_variance; ///< undefined counts as zeros

    explicit LossGradient(const LossInput<T, Device>& in)
        : wanted(Tape::recording() && (in.mean.requires_gradient() || in.log_variance.requires_gradient()))
    {
        if constexpr (std::is_same_v<Device, Cpu>) {
            if (!wanted) return;
            mean = Tensor<T, Device>::zeros(in.mean.shape());
            log_variance = Tensor<T, Device>::zeros(in.log_variance.shape());
        }
    }
};

/// The loss as a variable: the backward pass adds the ready-made gradient times that of the loss, on the device.
template <class T, class Device>
LossValue<T, Device> make_loss(const LossInput<T, Device>& in, Tensor<T, Device> loss, LossGradient<T, Device> gradient,
                               Tensor<double, Device> figures, std::string unit)
{
    auto backward = [gradient = std::move(gradient), dm = in.mean.gradient(),
                     dv = in.log_variance.gradient()](const Tensor<T, Device>& grad) {
        const auto add = [&](const Tensor<T, Device>& from, Gradient<T, Device>& to) {
            kernels::scaled_add(Device{}, from.elements(), grad.data(), from.data(), to.sum().data());
        };
        if (dm && gradient.mean.defined()) add(gradient.mean, *dm);
        if (dv && gradient.log_variance.defined()) add(gradient.log_variance, *dv);
    };
    auto variable = record(std::move(loss), std::move(backward), in.mean, in.log_variance);
    return {std::move(variable), std::move(figures), std::move(unit)};
}

/// For terms whose value is known on the host.
template <class T, class Device>
LossValue<T, Device> make_loss(const LossInput<T, Device>& in, double value, LossGradient<T, Device> gradient,
                               double physical, std::string unit)
{
    static_assert(
        std::is_same_v<Device, Cpu>,
        "a loss term that computes on the host takes LossInput<T, Cpu>; losses/loss_term.hpp says what a term "
        "needs to run on a GPU");
    const T held = static_cast<T>(value);
    return make_loss(in, Tensor<T, Device>::full({1}, held), std::move(gradient),
                     Tensor<double, Device>::from({2}, {static_cast<double>(held), physical}), std::move(unit));
}

/// For terms that have a kernel: kernel(output) launches what computes the loss.
template <class T, class Kernel>
LossValue<T, Cuda> make_loss_on_device(const LossInput<T, Cuda>& in, bool of_variance, std::string unit,
                                       const Kernel& kernel)
{
    LossGradient<T, Cuda> gradient(in);
    if (gradient.wanted) gradient.mean = Tensor<T, Cuda>::empty(in.mean.shape());
    if (gradient.wanted && of_variance) gradient.log_variance = Tensor<T, Cuda>::empty(in.log_variance.shape());
    const auto loss = Tensor<T, Cuda>::empty({1});
    const auto figures = Tensor<double, Cuda>::empty({2});
    const auto pointer = [](const Tensor<T, Cuda>& tensor) { return tensor.defined() ? tensor.data() : nullptr; };
    kernel(kernels::LossOutput<T>{loss.data(), figures.data(), pointer(gradient.mean), pointer(gradient.log_variance)});
    return make_loss(in, loss, std::move(gradient), figures, std::move(unit));
}

} // namespace gwsd::losses
