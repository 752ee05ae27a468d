#pragma once

#include <cstdint>

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/loss_output.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// Fields of [batch, rows, cols]; the coarse ones of [batch, coarse_rows, coarse_cols]. Fine row r lies in coarse row
/// r / factor.
template <class T>
struct MassFields {
    Index batch, rows, cols, coarse_rows, coarse_cols, factor, region_size;
    const T *land, *area, *mean, *coarse, *coarse_valid;
    const std::int32_t* origin; ///< [2, batch]: first row of each tile on the globe's fine grid, then first columns
    double scale;
};

/// Squared difference of regional means, as losses/terms/mass.hpp defines it.
template <class T>
void loss_mass(Cuda, const MassFields<T>& fields, const LossOutput<T>& output);

} // namespace gwsd::kernels
