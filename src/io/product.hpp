#pragma once

#include <string>

#include "io/input_file.hpp"

namespace gwsd::io {

/// The product that a file belongs to, from its name, attributes, variables and grid; "grid of latitude and longitude"
/// where nothing tells.
std::string product_of(const InputFile& file);

} // namespace gwsd::io
