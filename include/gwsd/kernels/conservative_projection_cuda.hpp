#pragma once

#include <cstdint>

#include "gwsd/core/device.hpp"
#include "gwsd/kernels/conservative_projection_options.hpp"

// For T float and double; pointers into the device's memory. See ProjectionSystem for the meaning, and
// projection.hpp for the arrays' owner.

namespace gwsd::kernels {

struct ProjectionShape {
    Index batch, rows, cols;
    Index block_rows, block_cols; ///< blocks of a sample
    ProjectionOptions options;
    Index shared_bytes = 48 << 10; ///< rows at work that need more lie in global memory

    Index blocks() const { return block_rows * block_cols; }
    /// Blocks are numbered along the shorter side, so that a block and those around it are at most this far apart.
    Index half() const { return options.smooth ? (block_rows < block_cols ? block_rows : block_cols) + 1 : 0; }
};

/// [batch, rows, cols] and [batch, blocks]; share and variance may be null.
template <class T>
struct ProjectionData {
    const T *weight, *known, *share, *variance;
};

/// What the backward pass needs again.
struct ProjectionFactors {
    double* total;    ///< [batch, blocks] weight of each block
    double* upper;    ///< [batch, blocks, 2 half + 1] rows of U, from the diagonal on
    double* lower;    ///< [batch, blocks, half] columns of L, below the diagonal
    int32_t* pivots;  ///< [batch, blocks] the row that row i was exchanged with
    double* solution; ///< [batch, blocks] c, in the order of the matrix
};

/// Writes mean' and the factors. Nothing waits for the device, so that a block whose cells cannot take its correction
/// gives no error but values that are no numbers.
template <class T>
void projection_forward(Cuda, const ProjectionShape& shape, const ProjectionData<T>& data, const T* mean, const T* x,
                        const ProjectionFactors& factors, T* projected);

/// Adds to the gradients; each may be null.
template <class T>
void projection_backward(Cuda, const ProjectionShape& shape, const ProjectionData<T>& data,
                         const ProjectionFactors& factors, const T* g, T* grad_mean, T* grad_share, T* grad_x);

} // namespace gwsd::kernels
