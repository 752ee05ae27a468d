// The kernels of TilePaths in namespace GWSD_ISA; like paths.inl, free of the standard library.

#include "gwsd/kernels/tile_paths.hpp"

namespace gwsd::kernels::GWSD_ISA {

namespace {

#include "tiles.inl"

#include "split.inl"

#include "conv2d_tiles.inl"

} // namespace

extern const TilePaths tile_paths;
const TilePaths tile_paths{.name = GWSD_ISA_NAME,
                           .split = split,
                           .pack = pack,
                           .transpose = transpose,
                           .conv_band = conv_band,
                           .conv_weight_band = conv_weight_band};

} // namespace gwsd::kernels::GWSD_ISA
