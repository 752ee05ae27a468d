#pragma once

#include <algorithm>

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/slices_cuda.hpp"

namespace gwsd::kernels {

/// `width` neighbouring values of each of `rows` rows: to[r * to_stride + c] = from[r * from_stride + c].
template <class T>
void copy_columns(Cpu, Index rows, Index width, const T* from, Index from_stride, T* to, Index to_stride)
{
    parallel_for(rows, 2048, [&](Index first, Index last) {
        for (Index r = first; r < last; ++r) std::copy_n(from + r * from_stride, width, to + r * to_stride);
    });
}

/// Likewise, added to what is there.
template <class T>
void add_columns(Cpu, Index rows, Index width, const T* from, Index from_stride, T* sum, Index sum_stride)
{
    parallel_for(rows, 2048, [&](Index first, Index last) {
        for (Index r = first; r < last; ++r)
            for (Index c = 0; c < width; ++c) sum[r * sum_stride + c] += from[r * from_stride + c];
    });
}

} // namespace gwsd::kernels
