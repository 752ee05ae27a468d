#pragma once

#include <algorithm>
#include <cstdint>
#include <type_traits>

#include "gwsd/autograd/parameter.hpp"
#include "gwsd/core/parallel.hpp"

namespace gwsd::optim {

/// Exponential moving average of weights: average = d average + (1 - d) weight after every step, with
/// d = min(decay, (1 + n) / (10 + n)) at the n-th update, so that the first, random weights are soon forgotten.
template <class T, class Device = Cpu>
class WeightAverage {
public:
    WeightAverage(std::vector<NamedParameter<T, Device>> parameters, double decay)
        : parameters_(std::move(parameters)), decay_(decay)
    {
        for (const auto& [name, variable] : parameters_) averages_.push_back(variable.value().clone());
    }

    /// On a GPU Optimiser updates the average with each step.
    void update() requires(std::is_same_v<Device, Cpu>)
    {
        ++updates_;
        const double n = static_cast<double>(updates_);
        const auto share = static_cast<T>(1 - std::min(decay_, (1 + n) / (10 + n)));
        for (std::size_t i = 0; i < parameters_.size(); ++i) {
            const T* weight = parameters_[i].variable.value().data();
            T* average = averages_[i].data();
            parallel_for(averages_[i].elements(), 8192, [&](Index begin, Index end) {
                for (Index k = begin; k < end; ++k) average[k] += share * (weight[k] - average[k]);
            });
        }
    }

    /// Exchanges weights and averages: before a validation, and again after it.
    void swap()
    {
        for (std::size_t i = 0; i < parameters_.size(); ++i)
            exchange(Device{}, averages_[i].elements(), parameters_[i].variable.value().data(), averages_[i].data());
    }

    /// Handles to the averages, by the names of the parameters: for model files, and for a checkpoint to store and
    /// write back.
    NamedTensors<T, Device> averages() const
    {
        NamedTensors<T, Device> all;
        for (std::size_t i = 0; i < parameters_.size(); ++i) all.emplace_back(parameters_[i].name, averages_[i]);
        return all;
    }
    std::uint64_t updates() const { return updates_; }
    void set_updates(std::uint64_t updates) { updates_ = updates; }

private:
    std::vector<NamedParameter<T, Device>> parameters_;
    double decay_;
    std::vector<Tensor<T, Device>> averages_;
    std::uint64_t updates_ = 0;
};

} // namespace gwsd::optim
