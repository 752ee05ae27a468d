#pragma once

#include "gwsd/core/shape.hpp"
#include "gwsd/kernels/precision.hpp"

namespace gwsd::kernels {

/// Rows and columns between the places of the kernel, and of zeros around the input; and the arithmetic, which only f32
/// knows different kinds of.
struct Conv2dOptions {
    Index stride = 1;
    Index padding = 1;
    Precision precision = default_precision();
};

/// How a result meets what its memory holds: added to it, or written over it with a bias [out] to start from.
template <class T>
struct Conv2dInto {
    bool add = true;
    const T* bias = nullptr; ///< null for zero; only with add = false
};

} // namespace gwsd::kernels
