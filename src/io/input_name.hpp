#pragma once

#include <cstdint>
#include <string>

namespace gwsd::io {

/// An input as the user names it: a path, or PATH:VARIABLE. A file whose own name holds a colon is taken whole.
struct InputName {
    std::string path, variable;
};

InputName split_input(const std::string& text);

/// True for what netCDF would fetch from elsewhere or hand to another driver: scheme://, #mode=, #bytes.
bool is_remote(const std::string& path);

/// What identifies the content of a file while it is read.
struct FileState {
    std::uint64_t device = 0, inode = 0, size = 0;
    std::int64_t changed = 0; ///< nanoseconds
    bool operator==(const FileState&) const = default;
};

/// The state of a regular file that may be read. Never opens a pipe or a device. Throws InputMissing, PermissionError,
/// DataError for what is no regular file.
FileState check_input_file(const std::string& path);

/// Throws DataError if the file is no longer the one that `before` tells of.
void check_unchanged(const std::string& path, const FileState& before);

} // namespace gwsd::io
