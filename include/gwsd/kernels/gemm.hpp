#pragma once

#include "gwsd/core/device.hpp"
#include "gwsd/core/shape.hpp"
#ifdef GWSD_HAVE_CPU_KERNELS
#include "gwsd/kernels/cpu_paths.hpp"
#endif

namespace gwsd::kernels {

/// A matrix read element by element: (i, k) lies at data[i * row_stride + k * col_stride].
template <class T>
struct StridedMatrix {
    const T* data;
    Index row_stride, col_stride;
};

/// c[m, n] += sum over k of a(m, k) * b[k, n]; b and c are row-major with leading dimensions ldb and ldc.
/// The sum over k runs in order for every element, whatever the path, so results do not depend on threads or tiles.
/// This is the portable form, for any T; f32 takes a tuned one where the build and the processor have it.
template <class T>
void gemm(Cpu, Index rows, Index cols, Index depth, StridedMatrix<T> a, const T* b, Index ldb, T* c, Index ldc)
{
#ifdef GWSD_HAVE_CPU_KERNELS
    if constexpr (std::is_same_v<T, float>)
        if (const auto path = cpu_paths().gemm)
            return path(rows, cols, depth, a.data, a.row_stride, a.col_stride, b, ldb, c, ldc);
#endif
    for (Index m = 0; m < rows; ++m)
        for (Index k = 0; k < depth; ++k) {
            const T factor = a.data[m * a.row_stride + k * a.col_stride];
            for (Index n = 0; n < cols; ++n) c[m * ldc + n] += factor * b[k * ldb + n];
        }
}

} // namespace gwsd::kernels
