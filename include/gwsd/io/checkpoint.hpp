#pragma once

#include <cstddef>
#include <map>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::io {

/// One named array of a checkpoint, in the safetensors layout; dtype is "F32", "F64", "I64", "U64" or "U8".
struct NamedArray {
    std::string name, dtype;
    Shape shape;
    std::vector<std::byte> bytes; ///< little-endian, row-major
};

/// Content of a model or checkpoint file: arrays, and text (JSON or TOML) under names such as "gwsd.config".
struct Checkpoint {
    std::map<std::string, std::string> metadata;
    std::vector<NamedArray> arrays;

    /// Throws DataError naming the array if it is absent.
    const NamedArray& at(const std::string& name) const;
};

/// Writes atomically: a temporary file beside `path`, read back and compared by hash, then renamed.
/// Throws CannotCreate if `path` exists and `overwrite` is false; IoError if the disk fails.
void save_checkpoint(const std::string& path, const Checkpoint& checkpoint, bool overwrite = true);

/// Reads a safetensors-layout file and checks every hash; throws DataError for anything that is not whole, for a newer
/// format, and for parameters that are not finite. Parameters are the F32 and F64 arrays named "model.*", or all of
/// them if no array is named so. Takes no more memory than the file has bytes, whatever its header claims.
Checkpoint load_checkpoint(const std::string& path);

/// XXH3-128 of the parameters, by name, dtype, shape and value, as hexadecimal text: the identity of a model in outputs
/// and reports.
std::string model_hash(const Checkpoint& checkpoint);

} // namespace gwsd::io
