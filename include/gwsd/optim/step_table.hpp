#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "gwsd/autograd/parameter.hpp"
#include "gwsd/kernels/adamw_cuda.hpp"

namespace gwsd::optim {

/// What the kernels of a step need to know of the parameters, on the device: where everything is, cut into chunks for
/// blocks, and how many steps there were. Gradients are new tensors in every step, so the table is sent again, some
/// thousand bytes behind the work of the step before, for which nobody waits.
template <class T>
class StepTable {
public:
    using Parameters = std::vector<NamedParameter<T, Cuda>>;

    StepTable() = default;
    /// `moments` as AdamW::state() gives them; `averages` one a parameter, or none.
    StepTable(const Parameters& parameters, const NamedTensors<T, Cuda>& moments, const NamedTensors<T, Cuda>& averages)
        : counters_(Tensor<double, Cuda>::zeros({2}))
    {
        std::vector<kernels::StepChunk> chunks;
        for (std::size_t n = 0; n < parameters.size(); ++n) {
            const Tensor<T, Cuda>& weight = parameters[n].variable.value();
            entries_.push_back({.weight = weight.data(),
                                .gradient = nullptr,
                                .first_moment = moments[2 * n].second.data(),
                                .second_moment = moments[2 * n + 1].second.data(),
                                .average = averages.empty() ? nullptr : averages[n].second.data(),
                                .count = weight.elements(),
                                .decays = weight.shape().rank() > 1});
            for (Index first = 0; first < weight.elements(); first += chunk_length)
                chunks.push_back({first, static_cast<std::int32_t>(n)});
        }
        chunks_ = static_cast<Index>(chunks.size());
        chunk_table_ = send(chunks);
        entry_table_ = allocate_on_cuda(entries_.size() * sizeof(kernels::StepEntry<T>));
    }

    /// Norm of the gradients, and 1 if the step was taken, [2].
    Tensor<double, Cuda> step(const Parameters& parameters, const kernels::StepOptions& options,
                              const Tensor<T, Cuda>& loss)
    {
        for (std::size_t n = 0; n < parameters.size(); ++n) {
            const auto& gradient = parameters[n].variable.gradient();
            entries_[n].gradient = gradient && gradient->defined() ? gradient->sum().data() : nullptr;
        }
        copy_bytes_from_host(entries_.size() * sizeof(entries_[0]), entries_.data(), entry_table_.get());
        const auto outcome = Tensor<double, Cuda>::empty({2});
        kernels::adamw_step(Cuda{}, chunks_, chunk_length, static_cast<const kernels::StepChunk*>(chunk_table_.get()),
                            static_cast<const kernels::StepEntry<T>*>(entry_table_.get()), options,
                            loss.defined() ? loss.data() : nullptr, counters_.data(), outcome.data());
        return outcome;
    }

    /// Steps, and updates of the average.
    std::array<std::uint64_t, 2> counts() const
    {
        const auto values = counters_.to_vector();
        return {static_cast<std::uint64_t>(values[0]), static_cast<std::uint64_t>(values[1])};
    }
    void set_counts(const std::array<std::uint64_t, 2>& counts)
    {
        counters_ = Tensor<double, Cuda>::from({2}, {static_cast<double>(counts[0]), static_cast<double>(counts[1])});
    }

private:
    /// Sixteen elements a thread.
    static constexpr Index chunk_length = 4096;

    template <class V>
    static std::shared_ptr<void> send(const std::vector<V>& values)
    {
        auto block = allocate_on_cuda(values.size() * sizeof(V));
        copy_bytes_from_host(values.size() * sizeof(V), values.data(), block.get());
        return block;
    }

    std::vector<kernels::StepEntry<T>> entries_;
    std::shared_ptr<void> chunk_table_, entry_table_;
    Index chunks_ = 0;
    Tensor<double, Cuda> counters_; ///< [2]
};

} // namespace gwsd::optim
