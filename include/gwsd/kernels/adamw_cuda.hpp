#pragma once

#include <cstdint>

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// Where the numbers of one parameter are, `count` each.
template <class T>
struct StepEntry {
    T* weight;
    const T* gradient; ///< null counts as zeros
    T *first_moment, *second_moment;
    T* average; ///< null: none is kept
    Index count;
    std::int32_t decays; ///< whether the weight decays
};

/// Elements from `first` on of the parameter of an entry, as many as a chunk has: what one block works on.
struct StepChunk {
    Index first;
    std::int32_t entry;
};

struct StepOptions {
    double learning_rate, beta1, beta2, epsilon, weight_decay;
    double largest_norm; ///< of all gradients together; 0: no clipping
    double average_decay;
};

/// One step of optim/adamw.hpp along gradients that are clipped as optim/clip.hpp does, then the average's update of
/// optim/ema.hpp, for all parameters at once. `counters` [2] are the steps and the updates of the average so far, which
/// grow by 1; `outcome` [2] becomes the norm of the gradients, and 1. Where the norm or `loss` (or null) is not finite
/// nothing changes but the outcome, to the norm and 0. `chunks` cover every entry; their length is a multiple of 4.
template <class T>
void adamw_step(Cuda, Index chunks, Index chunk_length, const StepChunk* chunk, const StepEntry<T>* entry,
                const StepOptions& options, const T* loss, double* counters, double* outcome);

} // namespace gwsd::kernels
