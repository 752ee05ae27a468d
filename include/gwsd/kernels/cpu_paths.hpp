#pragma once

#include "gwsd/core/shape.hpp"

namespace gwsd::kernels {

/// Some rows of a convolution's output, [rows, pixels, out], each from `kernel_rows` runs of `run` floats:
///   y[l, p, o] = bias[o] + sum over i, n of inputs[l * row_stride + i][p * pixel_stride + n] * weight[i, n, o]
/// An input row that is null is left out, as if it were zero. Strides count floats.
struct ConvBand {
    Index rows, pixels, out;
    Index kernel_rows, run;
    const float* const* inputs;
    Index row_stride, pixel_stride;
    const float* weights; ///< packed, see CpuPaths::lanes
    const float* bias;    ///< [out], or null for zero
    bool add;             ///< adds to y, or overwrites it
    float* y;
    Index y_row, y_stride; ///< floats from row to row and from pixel to pixel
};

/// The gradient of one kernel row's weights, summed over some rows of output:
///   grad_w[o, n] += sum over l, p of grad_y[l, p, o] * inputs[l * row_stride][p * pixel_stride + n]
/// Reads of the inputs go up to 2 * lanes floats beyond the last run.
struct ConvWeightBand {
    Index rows, pixels, out, run;
    const float* const* inputs;
    Index row_stride, pixel_stride;
    const float* grad_y;
    Index grad_row, grad_stride;
    float* grad_w;
    Index w_stride;
};

/// Tuned f32 kernels of one instruction set; a null entry means that the portable form serves.
struct CpuPaths {
    const char* name = "portable";
    /// Floats in a vector, and output channels that a convolution computes together. Packed weights are
    /// [block][kernel_row][run][block's channels], blocks of `wide` channels, the last of `lanes` if no more are left;
    /// channels beyond `out` are zero.
    Index lanes = 0, wide = 0;
    /// c += a * b, see gemm.hpp.
    void (*gemm)(Index rows, Index cols, Index depth, const float* a, Index a_row, Index a_col, const float* b,
                 Index ldb, float* c, Index ldc) = nullptr;
    /// y = 1 / (1 + exp(-x)) and y = tanh(x), n values; error below 3e-7.
    void (*sigmoid)(Index n, const float* x, float* y) = nullptr;
    void (*tanh)(Index n, const float* x, float* y) = nullptr;
    void (*conv_band)(const ConvBand& band) = nullptr;
    void (*conv_weight_band)(const ConvWeightBand& band) = nullptr;
};

/// The widest path that this processor has; GWSD_CPU_ISA = portable, avx2 or avx512 asks for one (ConfigError if
/// absent). Decided at the first call.
const CpuPaths& cpu_paths();

/// The named path, or null where the processor or the build lacks it: for tests and benchmarks.
const CpuPaths* cpu_path(const char* name);

/// Replaces the chosen path: for tests and benchmarks.
void use_cpu_path(const CpuPaths& path);

} // namespace gwsd::kernels
