#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gwsd::io {

/// What a source says about itself in outputs.
struct FileIdentity {
    std::string path, xxh3, role;
    std::uint64_t bytes = 0;
};

/// Size and XXH3-128 of a whole file, read in pieces. Throws InputMissing, IoError.
FileIdentity identify_file(const std::string& path, const std::string& role = {});

/// JSON list of objects with path, bytes, xxh3 and role.
std::string to_json(const std::vector<FileIdentity>& files);

} // namespace gwsd::io
