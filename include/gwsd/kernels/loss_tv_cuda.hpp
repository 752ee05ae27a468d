#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/loss_output.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// Fields of [batch, rows, cols].
template <class T>
struct TvFields {
    Index batch, rows, cols;
    const T *land, *area, *mean;
    double epsilon, scale;
};

/// Charbonnier total variation over pairs of land neighbours, as losses/terms/tv.hpp defines it.
template <class T>
void loss_tv(Cuda, const TvFields<T>& fields, const LossOutput<T>& output);

} // namespace gwsd::kernels
