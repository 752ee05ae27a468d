#pragma once

#include <cstdint>

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"

// For T float and double; pointers into the device's memory.

namespace gwsd::kernels {

/// Weights along an axis, as geo::AxisWeights holds them: target i takes weight[k] of source cell[k] for k in
/// [begin[i], begin[i + 1]). `measure` is the target cell's whole extent, of which the weights cover the part that has
/// sources.
struct AxisStencil {
    Index size;
    const std::int32_t *begin, *cell;
    const double *weight, *measure;
};

/// Conservative regridding of `fields` fields [fields, source_rows, source_cols] to [fields, rows.size, cols.size] by
/// weights that are products of a row's and a column's: with m the mask of values that are not NaN, out = sum w m x /
/// sum w m, NaN where sum w m is 0 or below `min_valid_fraction` of the cell's measure. Sums run in double over the
/// rows first, then over the columns, in order.
template <class T>
void regrid(Cuda, const AxisStencil& rows, const AxisStencil& cols, Index fields, Index source_rows, Index source_cols,
            double min_valid_fraction, const T* in, T* out);

} // namespace gwsd::kernels
