#pragma once

#include "gwsd/core/parallel.hpp"
#include "gwsd/kernels/scaled_add_cuda.hpp"

namespace gwsd::kernels {

/// sum[i] += factor[0] * from[i]; the factor is read where the kernel runs.
template <class T>
void scaled_add(Cpu, Index n, const T* factor, const T* from, T* sum)
{
    parallel_for(n, 16384, [by = factor[0], from, sum](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) sum[i] += by * from[i];
    });
}

} // namespace gwsd::kernels
