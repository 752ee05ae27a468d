#pragma once

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// Windows of size x size pixels, one every `stride`; what does not fill a window is left out.
struct Pool2dOptions {
    Index size = 2;
    Index stride = 2;
};

} // namespace gwsd::kernels
