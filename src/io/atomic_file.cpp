#include "io/atomic_file.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "gwsd/core/error.hpp"
#include "gwsd/io/output.hpp"

namespace gwsd::io {
namespace {

namespace fs = std::filesystem;

std::string reason(int code) { return std::strerror(code); }

std::string free_space(const std::string& path)
{
    struct statvfs room {};
    if (statvfs(folder_of(path).c_str(), &room) != 0) return "";
    const double megabytes = static_cast<double>(room.f_bavail) * static_cast<double>(room.f_frsize) / 1e6;
    char text[64];
    std::snprintf(text, sizeof text, "; %.1f MB are free there", megabytes);
    return text;
}

[[noreturn]] void fail(const std::string& path, const char* what, int code)
{
    throw IoError(path + ": " + what + " failed: " + reason(code) +
                  (code == ENOSPC || code == EDQUOT ? free_space(path) : ""));
}

/// Beyond a limit of file size the default action of SIGXFSZ ends the process; ignored, write() returns EFBIG.
void report_large_files_as_errors()
{
    struct sigaction current {};
    if (sigaction(SIGXFSZ, nullptr, &current) == 0 && current.sa_handler == SIG_DFL) std::signal(SIGXFSZ, SIG_IGN);
}

void check_target(const std::string& path, bool overwrite)
{
    if (path.empty()) throw CannotCreate("output: the path is empty; give one with --output PATH");
    struct stat info {};
    if (::stat(path.c_str(), &info) == 0) {
        if (S_ISDIR(info.st_mode)) throw CannotCreate(path + ": is a folder; give the path of a file");
        if (!S_ISREG(info.st_mode))
            throw CannotCreate(path + ": is not a regular file, so it cannot be replaced whole");
        if (!overwrite) throw CannotCreate(path + ": exists already; use --overwrite to replace it");
    }
    const std::string folder = folder_of(path);
    if (::stat(folder.c_str(), &info) != 0)
        throw CannotCreate(path + ": its folder " + folder + " cannot be used: " + reason(errno) + "; create it first");
    if (!S_ISDIR(info.st_mode)) throw CannotCreate(path + ": " + folder + " is not a folder");
    if (::access(folder.c_str(), W_OK | X_OK) != 0)
        throw CannotCreate(path + ": cannot write in the folder " + folder + ": " + reason(errno));
}

bool same_file(const std::string& a, const std::string& b)
{
    struct stat x {
    }, y{};
    return ::stat(a.c_str(), &x) == 0 && ::stat(b.c_str(), &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/// rename() that refuses to replace a file made since the check, where the file system can.
int rename_without_replacing(const char* from, const char* to)
{
    if (::renameat2(AT_FDCWD, from, AT_FDCWD, to, RENAME_NOREPLACE) == 0) return 0;
    if (errno != EINVAL && errno != ENOSYS) return -1;
    return ::rename(from, to);
}

} // namespace

std::string target_of(const std::string& path)
{
    std::error_code error;
    if (fs::is_symlink(path, error)) {
        const fs::path target = fs::weakly_canonical(path, error);
        if (!error) return target.string();
    }
    return path;
}

std::string folder_of(const std::string& path)
{
    const std::string folder = fs::path(path).parent_path().string();
    return folder.empty() ? "." : folder;
}

void sync_folder(const std::string& folder)
{
    const int descriptor = ::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (descriptor < 0) fail(folder, "opening the folder", errno);
    const int status = ::fsync(descriptor), code = errno;
    ::close(descriptor);
    // Some network file systems cannot sync a folder and say EINVAL.
    if (status != 0 && code != EINVAL) fail(folder, "fsync of the folder", code);
}

AtomicFile::AtomicFile(const std::string& path, bool overwrite) : path_(target_of(path)), overwrite_(overwrite)
{
    report_large_files_as_errors();
    check_target(path_, overwrite);
    temporary_ = path_ + ".tmp." + std::to_string(::getpid());
    do descriptor_ = ::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    while (descriptor_ < 0 && errno == EINTR);
    if (descriptor_ >= 0) return;
    if (errno == EIO || errno == ENOSPC || errno == EDQUOT) fail(temporary_, "creating", errno);
    throw CannotCreate(path_ + ": cannot create " + temporary_ + ": " + reason(errno));
}

AtomicFile::~AtomicFile()
{
    if (descriptor_ >= 0) ::close(descriptor_);
    if (!published_) ::unlink(temporary_.c_str());
}

void AtomicFile::write(std::span<const std::byte> bytes)
{
    while (!bytes.empty()) {
        const auto count =
            ::write(descriptor_, bytes.data(), std::min<std::size_t>(bytes.size(), std::size_t{1} << 30));
        if (count < 0 && (errno == EINTR || errno == EAGAIN)) continue;
        if (count < 0) fail(path_, "writing", errno);
        if (count == 0) fail(path_, "writing", ENOSPC);
        bytes = bytes.subspan(static_cast<std::size_t>(count));
    }
}

void AtomicFile::sync()
{
    if (::fsync(descriptor_) != 0) fail(path_, "fsync", errno);
    const int status = ::close(descriptor_), code = errno;
    descriptor_ = -1;
    if (status != 0) fail(path_, "closing", code);
}

void AtomicFile::publish()
{
    if (descriptor_ >= 0) sync();
    const int status = overwrite_ ? ::rename(temporary_.c_str(), path_.c_str())
                                  : rename_without_replacing(temporary_.c_str(), path_.c_str());
    if (status != 0 && errno == EEXIST) throw CannotCreate(path_ + ": exists already; use --overwrite to replace it");
    if (status != 0) fail(path_, "renaming the temporary file", errno);
    published_ = true;
    sync_folder(folder_of(path_));
}

void check_output(const std::string& path, bool overwrite, const std::vector<std::string>& inputs)
{
    const std::string target = target_of(path);
    for (const std::string& input : inputs)
        if (same_file(target, input))
            throw CannotCreate(path + ": is the same file as the input " + input + "; choose another output");
    check_target(target, overwrite);
}

void write_file(const std::string& path, std::span<const std::byte> bytes, bool overwrite)
{
    AtomicFile file(path, overwrite);
    file.write(bytes);
    file.publish();
}

void write_text(const std::string& path, const std::string& text, bool overwrite)
{
    write_file(path, std::as_bytes(std::span(text)), overwrite);
}

} // namespace gwsd::io
