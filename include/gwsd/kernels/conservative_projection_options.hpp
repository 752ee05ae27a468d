#pragma once

#include "gwsd/kernels/block_mean_options.hpp"

namespace gwsd::kernels {

/// The conservative projection of one sample (derivation: docs/explanations/projection.md). With block means M, weights
/// inside it, an interpolation B of block values to cells, shares s and the coarse variance R of each block,
///   mean' = mean + s * (B c),   (M diag(s) B + diag(R)) c = x - M mean.
/// With R = 0 the block means of mean' are x, exactly. With B constant in each block and s = 1 that is the nearest
/// field, in the norm of the weights, that has these block means; a bilinear B leaves no edges. With s the predicted
/// variance and R the product's the correction is the Kalman gain for errors that are correlated over a block.
struct ProjectionOptions {
    BlockOptions block;
    bool smooth = true; ///< bilinear between block centres, else constant in a block
};

} // namespace gwsd::kernels
