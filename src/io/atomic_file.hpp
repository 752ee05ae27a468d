#pragma once

#include <cstddef>
#include <span>
#include <string>

namespace gwsd::io {

/// A file that appears whole or not at all: bytes go to `<path>.tmp.<pid>` in the same folder, are synced, and the file
/// is renamed; the folder is synced too, so that the name survives a loss of power. The temporary file is removed
/// unless publish() was reached. A symbolic link at `path` stays and its target is replaced.
///
///     AtomicFile file(path, overwrite);  // CannotCreate
///     file.write(bytes);                 // IoError
///     file.sync();                       // data are on disk; temporary() may be read back and checked
///     file.publish();
class AtomicFile {
public:
    AtomicFile(const std::string& path, bool overwrite);
    ~AtomicFile();
    AtomicFile(const AtomicFile&) = delete;
    AtomicFile& operator=(const AtomicFile&) = delete;

    void write(std::span<const std::byte> bytes);
    /// fsync and close, both checked: a failed fsync is never tried again, since the kernel may have dropped the pages.
    void sync();
    void publish();

    const std::string& temporary() const { return temporary_; }

private:
    std::string path_, temporary_;
    bool overwrite_;
    int descriptor_ = -1;
    bool published_ = false;
};

/// The file that is replaced: the target of a symbolic link, which itself stays.
std::string target_of(const std::string& path);

/// The folder that holds `path`, "." for a bare name.
std::string folder_of(const std::string& path);

/// fsync of a folder; throws IoError.
void sync_folder(const std::string& folder);

} // namespace gwsd::io
