#pragma once

#include "gwsd/kernels/chunks.hpp"
#include "gwsd/kernels/tile_paths.hpp"

namespace gwsd::kernels {

struct ConvLibrary;

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
    /// See bias.hpp.
    void (*column_sums)(Index pixels, Index channels, const float* x, float* sums) = nullptr;
    /// See conv_lstm_gates.hpp.
    void (*lstm_forward)(const LstmStep<float>& step, float* h) = nullptr;
    void (*lstm_backward)(const LstmStep<float>& step, const float* grad_h, const float* grad_c, float* d_gates,
                          float* d_cell) = nullptr;
    /// See group_norm.hpp.
    void (*norm_sums)(Index pixels, Index channels, const float* x, double* sums) = nullptr;
    void (*norm_apply)(Index pixels, Index channels, const float* x, const float* factor, const float* addend,
                       bool then_silu, float* y) = nullptr;
    void (*norm_backward_sums)(const NormChunk<float>& chunk, const float* grad_y, float* h, double* sums) = nullptr;
    void (*norm_backward_apply)(const NormChunk<float>& chunk, const float* h, const float* mean_h,
                                const float* mean_product, bool add, float* grad_x) = nullptr;
    /// Transforms of Winograd's algorithm, see conv2d_winograd.hpp. Pixels are pointers to channels: 36 a tile of
    /// inputs, 16 a tile of results or gradients, where a result outside the image is null.
    void (*winograd_input)(Index tiles, Index channels, const float* const* pixels, const WinogradLayout& to) = nullptr;
    void (*winograd_output)(Index tiles, Index channels, const float* from, Index apart, const float* bias, bool add,
                            float* const* pixels) = nullptr;
    void (*winograd_gradient)(Index tiles, Index channels, const float* const* pixels,
                              const WinogradLayout& to) = nullptr;
    void (*winograd_weights)(Index count, const float* const* taps, float* to, Index apart) = nullptr;
    void (*winograd_weight_gradient)(Index count, const float* from, Index apart, float* const* taps) = nullptr;
    /// Convolutions of precision f32_fast and bf16, where the processor has matrix tiles; else null.
    const TilePaths* tiles = nullptr;
    /// Convolutions that are asked of another library first, see conv2d_library.hpp; null for gwsd's own alone.
    const ConvLibrary* library = nullptr;
};

/// The widest path that this processor has; GWSD_CPU_ISA = portable, avx2, avx512 or amx asks for one (ConfigError if
/// absent), and GWSD_CONVOLUTION = onednn for that library's convolutions (see conv_library). Decided at the first
/// call.
const CpuPaths& cpu_paths();

/// The named path, or null where the processor or the build lacks it: for tests and benchmarks.
const CpuPaths* cpu_path(const char* name);

/// Replaces the chosen path: for tests and benchmarks.
void use_cpu_path(const CpuPaths& path);

} // namespace gwsd::kernels
