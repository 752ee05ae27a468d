#include "score/report_folder.hpp"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>

#include "gwsd/core/error.hpp"
#include "gwsd/io/output.hpp"
#include "io/atomic_file.hpp"

namespace gwsd::score {

namespace {

namespace fs = std::filesystem;

std::string without_trailing_slashes(std::string path)
{
    while (path.size() > 1 && path.back() == '/') path.pop_back();
    return path;
}

} // namespace

ReportFolder::ReportFolder(const std::string& path, bool overwrite, std::vector<std::string> names)
    : path_(without_trailing_slashes(path)), names_(std::move(names))
{
    if (path_.empty()) throw CannotCreate("output: the path is empty; give a folder with --output DIR");
    path_ = io::target_of(path_);
    std::error_code error;
    exists_ = fs::exists(fs::symlink_status(path_, error));
    if (exists_ && !fs::is_directory(path_, error))
        throw CannotCreate(path_ + ": is a file; the scores, tables and pictures need a folder");
    if (exists_ && !overwrite) throw CannotCreate(path_ + ": exists already; use --overwrite to replace it");
    const std::string parent = io::folder_of(path_);
    if (!fs::is_directory(parent, error)) throw CannotCreate(path_ + ": there is no folder " + parent);
    temporary_ = path_ + ".tmp." + std::to_string(::getpid());
    if (!fs::create_directory(temporary_, error))
        throw CannotCreate(path_ + ": cannot create " + temporary_ + ": " +
                           (error ? error.message() : std::string("it exists already")));
}

ReportFolder::~ReportFolder()
{
    std::error_code ignored;
    if (!temporary_.empty()) fs::remove_all(temporary_, ignored);
}

void ReportFolder::write(const std::string& name, const std::string& text)
{
    write(name, std::as_bytes(std::span(text)));
}

void ReportFolder::write(const std::string& name, std::span<const std::byte> bytes)
{
    if (std::find(names_.begin(), names_.end(), name) == names_.end())
        throw ShapeError("report: '" + name + "' is not among the files of this report");
    io::write_file(temporary_ + "/" + name, bytes, false);
    written_.push_back(name);
}

void ReportFolder::publish()
{
    const auto fail = [this](const char* what) {
        throw IoError(path_ + ": " + what + " failed: " + std::strerror(errno));
    };
    if (!exists_) {
        if (::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_NOREPLACE) != 0) {
            if (errno == EEXIST) throw CannotCreate(path_ + ": exists already; use --overwrite to replace it");
            if ((errno != EINVAL && errno != ENOSYS) || std::rename(temporary_.c_str(), path_.c_str()) != 0)
                fail("renaming the temporary folder");
        }
        temporary_.clear();
        io::sync_folder(io::folder_of(path_));
        return;
    }
    const auto ours = [this](const fs::directory_entry& entry) {
        return std::find(names_.begin(), names_.end(), entry.path().filename().string()) != names_.end();
    };
    if (std::all_of(fs::directory_iterator(path_), fs::directory_iterator(), ours) &&
        ::renameat2(AT_FDCWD, temporary_.c_str(), AT_FDCWD, path_.c_str(), RENAME_EXCHANGE) == 0) {
        io::sync_folder(io::folder_of(path_));
        return; // what was there is in the temporary folder now, and goes with it
    }
    for (const std::string& name : names_) {
        const std::string to = path_ + "/" + name;
        if (std::find(written_.begin(), written_.end(), name) == written_.end())
            ::unlink(to.c_str());
        else if (std::rename((temporary_ + "/" + name).c_str(), to.c_str()) != 0)
            fail(("replacing " + name).c_str());
    }
    io::sync_folder(path_);
}

} // namespace gwsd::score
