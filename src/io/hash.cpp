#include "io/hash.hpp"

#include <cerrno>
#include <cstring>
#include <fstream>
#include <nlohmann/json.hpp>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/io/file_identity.hpp"

namespace gwsd::io {

FileIdentity identify_file(const std::string& path, const std::string& role)
{
    std::ifstream file(path, std::ios::binary);
    if (!file) throw InputMissing(path + ": cannot be opened (" + std::strerror(errno) + ")");
    FileIdentity identity{path, {}, role, 0};
    Hash hash;
    std::vector<char> piece(std::size_t{1} << 20);
    while (file) {
        file.read(piece.data(), static_cast<std::streamsize>(piece.size()));
        const auto got = static_cast<std::size_t>(file.gcount());
        hash.add(std::as_bytes(std::span(piece.data(), got)));
        identity.bytes += got;
    }
    if (!file.eof()) throw IoError(path + ": reading failed after " + std::to_string(identity.bytes) + " bytes");
    identity.xxh3 = hash.text();
    return identity;
}

std::string to_json(const std::vector<FileIdentity>& files)
{
    auto list = nlohmann::json::array();
    for (const FileIdentity& file : files)
        list.push_back({{"path", file.path}, {"bytes", file.bytes}, {"xxh3", file.xxh3}, {"role", file.role}});
    return list.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

} // namespace gwsd::io
