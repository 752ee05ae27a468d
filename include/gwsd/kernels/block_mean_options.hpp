#pragma once

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// Blocks of rows x cols cells, counted from the first row and column; the last ones may be cut by the edge.
struct BlockOptions {
    Index rows = 4, cols = 4;
};

} // namespace gwsd::kernels
