#pragma once

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// Tuned f32 kernels of one instruction set; a null entry means that the portable form serves.
struct CpuPaths {
    const char* name = "portable";
    /// c += a * b, see gemm.hpp.
    void (*gemm)(Index rows, Index cols, Index depth, const float* a, Index a_row, Index a_col, const float* b,
                 Index ldb, float* c, Index ldc) = nullptr;
    /// y = 1 / (1 + exp(-x)) and y = tanh(x), n values; error below 3e-7.
    void (*sigmoid)(Index n, const float* x, float* y) = nullptr;
    void (*tanh)(Index n, const float* x, float* y) = nullptr;
};

/// The widest path that this processor has; GWSD_CPU_ISA = portable, avx2 or avx512 asks for one (ConfigError if
/// absent). Decided at the first call.
const CpuPaths& cpu_paths();

/// The named path, or null where the processor or the build lacks it: for tests and benchmarks.
const CpuPaths* cpu_path(const char* name);

/// Replaces the chosen path: for tests and benchmarks.
void use_cpu_path(const CpuPaths& path);

} // namespace gwsd::kernels
