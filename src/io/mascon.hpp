#pragma once

#include "io/input_file.hpp"

namespace gwsd::io {

/// JPL's mascon files carry a field `scale_factor` of gains on land beside `lwe_thickness`, to be multiplied once.
/// Position of that field for fields()[of], or -1.
int find_gain(const InputFile& file, std::size_t of);

/// CSR's mascons come with a land mask in a file of its own (`LO_val`: 1 land, 0 ocean). Its position, or -1.
int find_land_mask(const InputFile& file);

} // namespace gwsd::io
