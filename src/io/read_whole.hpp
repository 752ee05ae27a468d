#pragma once

#include <cerrno>
#include <cstring>
#include <fstream>
#include <string>

#include "gwsd/core/error.hpp"
#include "io/input_name.hpp"

namespace gwsd::io {

/// All bytes of a regular file that fits in memory. Throws InputMissing, PermissionError, DataError, IoError.
inline std::string read_whole(const std::string& path)
{
    const FileState state = check_input_file(path);
    if (state.size > 4'000'000'000U)
        throw DataError(path + ": has " + std::to_string(state.size) + " bytes, too many for a file of this kind");
    std::string bytes(state.size, '\0');
    std::ifstream file(path, std::ios::binary);
    if (!file.read(bytes.data(), static_cast<std::streamsize>(bytes.size())))
        throw IoError(path + ": cannot be read: " + std::strerror(errno));
    check_unchanged(path, state);
    return bytes;
}

} // namespace gwsd::io
