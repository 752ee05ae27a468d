#pragma once

#include <cmath>
#include <optional>
#include <type_traits>

#include "gwsd/optim/adamw.hpp"
#include "gwsd/optim/clip.hpp"
#include "gwsd/optim/ema.hpp"
#include "gwsd/optim/step_table.hpp"

namespace gwsd::optim {

/// What became of a step. It stays on the device until it is read.
template <class Device>
class StepOutcome {
public:
    struct Numbers {
        double gradient_norm; ///< before clipping
        bool taken;           ///< false: the norm or the loss was not finite, and nothing changed
    };

    explicit StepOutcome(Tensor<double, Device> numbers) : numbers_(std::move(numbers)) {}

    /// One small copy to the host, which waits for the step.
    Numbers read() const
    {
        const auto values = numbers_.to_vector();
        return {values[0], values[1] != 0};
    }

private:
    Tensor<double, Device> numbers_; ///< [2]
};

/// AdamW along clipped gradients, and an average of the weights that follows them: a step as a trainer takes it, on any
/// device, without waiting for it. A step whose gradients or loss are not finite leaves weights, moments, average and
/// counts as they are.
template <class T, class Device = Cpu>
class Optimiser {
public:
    /// `average_decay` is that of WeightAverage; without one no average is kept.
    explicit Optimiser(const std::vector<NamedParameter<T, Device>>& parameters, AdamWOptions options = {},
                       std::optional<double> average_decay = {})
        : parameters_(parameters), adamw_(parameters, options), average_decay_(average_decay.value_or(0))
    {
        if (average_decay) average_.emplace(parameters, *average_decay);
        if constexpr (!on_host) table_ = StepTable<T>(parameters, adamw_.state(), averages());
    }

    /// A step along the gradients that the parameters hold, no longer together than `clip` (0: as long as they are).
    /// `loss` is [1], or undefined where nobody need ask whether it is finite.
    StepOutcome<Device> step(double learning_rate, double clip = 0, const Tensor<T, Device>& loss = {})
    {
        if constexpr (on_host) {
            const double norm = gradient_norm(parameters_);
            const bool taken =
                std::isfinite(norm) && (!loss.defined() || std::isfinite(static_cast<double>(loss.data()[0])));
            if (taken) {
                adamw_.step(learning_rate, clip_factor(norm, clip));
                if (average_) average_->update();
            }
            return StepOutcome<Device>(Tensor<double, Device>::from({2}, {norm, taken ? 1.0 : 0.0}));
        } else {
            const AdamWOptions& o = adamw_.options();
            return StepOutcome<Device>(table_.step(parameters_,
                                                   {.learning_rate = learning_rate,
                                                    .beta1 = o.beta1,
                                                    .beta2 = o.beta2,
                                                    .epsilon = o.epsilon,
                                                    .weight_decay = o.weight_decay,
                                                    .largest_norm = clip,
                                                    .average_decay = average_decay_},
                                                   loss));
        }
    }

    /// Exchanges weights and averages, if there are any: before a validation, and again after it.
    void swap()
    {
        if (average_) average_->swap();
    }

    /// Handles to the moments, and to the averages (none without one), as AdamW and WeightAverage give them.
    NamedTensors<T, Device> state() const { return adamw_.state(); }
    NamedTensors<T, Device> averages() const { return average_ ? average_->averages() : NamedTensors<T, Device>{}; }

    /// Steps taken, and updates of the average: for a checkpoint, since asking waits for the device.
    std::uint64_t steps() const
    {
        if constexpr (on_host)
            return adamw_.steps();
        else
            return table_.counts()[0];
    }
    std::uint64_t updates() const
    {
        if (!average_) return 0;
        if constexpr (on_host)
            return average_->updates();
        else
            return table_.counts()[1];
    }
    /// A resumed run sets both.
    void set_counts(std::uint64_t steps, std::uint64_t updates)
    {
        adamw_.set_steps(steps);
        if (average_) average_->set_updates(updates);
        if constexpr (!on_host) table_.set_counts({steps, updates});
    }

private:
    static constexpr bool on_host = std::is_same_v<Device, Cpu>;
    struct NoTable {};

    std::vector<NamedParameter<T, Device>> parameters_;
    AdamW<T, Device> adamw_; ///< on a GPU the keeper of the moments, as average_ is of the averages
    double average_decay_;
    std::optional<WeightAverage<T, Device>> average_;
    std::conditional_t<on_host, NoTable, StepTable<T>> table_;
};

} // namespace gwsd::optim
