#include "io/input_name.hpp"

#include <sys/stat.h>
#include <unistd.h>
#include <cerrno>
#include <cstring>

#include "gwsd/core/error.hpp"

namespace gwsd::io {
namespace {

bool exists(const std::string& path)
{
    struct stat status {};
    return ::lstat(path.c_str(), &status) == 0;
}

FileState state_of(const struct stat& status)
{
    return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
            std::int64_t{status.st_mtim.tv_sec} * 1'000'000'000 + status.st_mtim.tv_nsec};
}

} // namespace

InputName split_input(const std::string& text)
{
    const auto colon = text.rfind(':');
    if (colon == std::string::npos || colon == 0 || is_remote(text) || exists(text)) return {text, {}};
    const InputName split{text.substr(0, colon), text.substr(colon + 1)};
    // "missing.nc:tp" is a missing file missing.nc; "odd:name.nc" is a missing file of that name.
    const bool like_a_name = split.variable.find_first_of(". ") == std::string::npos && !split.variable.empty();
    return exists(split.path) || like_a_name ? split : InputName{text, {}};
}

bool is_remote(const std::string& path)
{
    return path.find("://") != std::string::npos || path.find("#mode=") != std::string::npos ||
           path.find("#bytes") != std::string::npos;
}

FileState check_input_file(const std::string& path)
{
    if (path.empty()) throw InputMissing("the name of an input file is empty");
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0) {
        if (errno == EACCES) throw PermissionError(path + ": may not be looked at: " + std::strerror(errno));
        throw InputMissing(path + ": there is no such file (" + std::strerror(errno) + ")");
    }
    if (!S_ISREG(status.st_mode)) {
        const char* kind = S_ISDIR(status.st_mode)    ? "a folder"
                           : S_ISFIFO(status.st_mode) ? "a pipe"
                           : S_ISSOCK(status.st_mode) ? "a socket"
                                                      : "a device";
        throw DataError(path + ": expected a file, found " + kind + "; name the data files themselves");
    }
    if (::access(path.c_str(), R_OK) != 0) throw PermissionError(path + ": may not be read: " + std::strerror(errno));
    return state_of(status);
}

void check_unchanged(const std::string& path, const FileState& before)
{
    struct stat status {};
    if (::stat(path.c_str(), &status) != 0 || !(state_of(status) == before))
        throw DataError(path +
                        ": changed while it was read (size or time of change differ); wait until the download "
                        "or the program that writes it has ended, then run again");
}

} // namespace gwsd::io
