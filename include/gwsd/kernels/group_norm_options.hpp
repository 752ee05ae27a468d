#pragma once

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// y = scale[c] * (x - mean) * rstd + shift[c], rstd = 1 / sqrt(variance + epsilon); optionally followed by SiLU.
struct GroupNormOptions {
    Index groups = 8;
    double epsilon = 1e-5;
};

} // namespace gwsd::kernels
