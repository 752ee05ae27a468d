#pragma once

#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/loss_cells.hpp"
#include "gwsd/kernels/loss_output.hpp"

// For T float and double and every cell of CudaCells; pointers into the device's memory.

namespace gwsd::kernels {

/// Fields of `cells` cells.
template <class T>
struct DataFields {
    Index cells;
    const T *valid, *area, *target, *mean, *log_variance;
    const T* product_variance; ///< or null
    double scale;              ///< the target's unit per normalised unit
};

/// Mean of cell(target - mean, variance, predicted variance) over valid cells by area; the figure is the root mean
/// square error times scale. What cells of weight 0 hold is not used.
template <class T, class Cell>
void loss_data(Cuda, const Cell& cell, const DataFields<T>& fields, const LossOutput<T>& output);

} // namespace gwsd::kernels
