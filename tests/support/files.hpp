#pragma once

#include <fstream>
#include <sstream>
#include <string>

namespace gwsd::test {

/// All bytes of a file; none if it cannot be read.
inline std::string read_bytes(const std::string& path)
{
    std::ostringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    return text.str();
}

inline void write_bytes(const std::string& path, const std::string& bytes)
{
    std::ofstream(path, std::ios::binary) << bytes;
}

/// The path of a file that was just written.
inline std::string written(const std::string& path, const std::string& bytes)
{
    write_bytes(path, bytes);
    return path;
}

} // namespace gwsd::test
