#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "gwsd/io/cube.hpp"

namespace gwsd::io {

struct ScratchOptions {
    std::size_t memory_bytes = std::size_t{768} << 20; ///< of fields that stay in memory
    std::string folder;                                ///< of the file for the others; empty: they are made again
    double leave_free = 0.05;                          ///< share of the disk that the file leaves free
};

/// A cube that makes each field once: those asked for last stay in memory, the others go to a scratch file, so that no
/// field of a packed file is decoded twice, and none made twice out of others. The file has no name, so that nothing is
/// left of it when the process ends, however it ends; a field takes 4 bytes for each cell that has a value, and a bit
/// for each. It is made when the first field must go. If the disk is full, or `folder` takes no file, a warning says so
/// and fields are made again. The fields are those of `source`, bit by bit but for what a NaN holds.
std::shared_ptr<const FieldSource> with_scratch(std::shared_ptr<const FieldSource> source, ScratchOptions options);

} // namespace gwsd::io
