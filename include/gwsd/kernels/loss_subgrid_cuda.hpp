#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/loss_output.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// Fields of [batch, rows, cols]; blocks of factor x factor cells, from the first row and column on.
template <class T>
struct SubgridFields {
    Index batch, rows, cols, factor;
    const T *valid, *area, *target, *mean;
    double epsilon, scale;
};

/// The part below the coarse cell, as losses/terms/subgrid.hpp defines it.
template <class T>
void loss_subgrid(Cuda, const SubgridFields<T>& fields, const LossOutput<T>& output);

} // namespace gwsd::kernels
