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

} // namespace

extern const CpuPaths paths;
const CpuPaths paths{GWSD_ISA_NAME, GWSD_LANES, GWSD_TILE_VECTORS* GWSD_LANES, gemm, sigmoid, tanh, conv_band, conv_weight_band};

} // namespace gwsd::kernels::GWSD_ISA
