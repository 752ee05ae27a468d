// One source for every instruction set: compiled once for each with its own flags, in its own namespace GWSD_ISA, with
// GWSD_LANES floats a vector and GWSD_TILE_ROWS x GWSD_TILE_VECTORS accumulators in registers. Nothing of the standard
// library is instantiated here, since the linker might then use its wide code on a processor that lacks it.

#include "gwsd/kernels/cpu_paths.hpp"

namespace gwsd::kernels::GWSD_ISA {

namespace {

#include "vector.inl"

#include "conv2d.inl"
#include "gemm.inl"
#include "pointwise.inl"

#include "conv_lstm_gates.inl"
#include "group_norm.inl"
#include "winograd.inl"

} // namespace

extern const CpuPaths paths;
const CpuPaths paths{.name = GWSD_ISA_NAME,
                     .lanes = GWSD_LANES,
                     .wide = GWSD_TILE_VECTORS * GWSD_LANES,
                     .gemm = gemm,
                     .sigmoid = sigmoid,
                     .tanh = tanh,
                     .conv_band = conv_band,
                     .conv_weight_band = conv_weight_band,
                     .column_sums = column_sums,
                     .lstm_forward = lstm_forward,
                     .lstm_backward = lstm_backward,
                     .norm_sums = norm_sums,
                     .norm_apply = norm_apply,
                     .norm_backward_sums = norm_backward_sums,
                     .norm_backward_apply = norm_backward_apply,
                     .winograd_input = winograd_input,
                     .winograd_output = winograd_output,
                     .winograd_gradient = winograd_gradient,
                     .winograd_weights = winograd_weights,
                     .winograd_weight_gradient = winograd_weight_gradient};

} // namespace gwsd::kernels::GWSD_ISA
