#pragma once

#include <string>

#include "gwsd/io/checkpoint.hpp"

namespace gwsd::io {

/// The JSON header of the safetensors layout, with hashes of itself and of every array, padded to eight bytes. Throws
/// ShapeError for arrays that the layout cannot hold.
std::string safetensors_header(const Checkpoint& checkpoint);

/// Reads a file of this layout; every size and hash is checked. Throws InputMissing, PermissionError, IoError, and
/// DataError for what is not whole.
Checkpoint read_safetensors(const std::string& path);

} // namespace gwsd::io
