#pragma once

#include <hdf5.h>
#include <cstddef>
#include <string>
#include <vector>

namespace gwsd::io {

/// A handle of the HDF5 library with the call that closes it. Throws IoError where there is none.
class Handle {
public:
    Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what);
    ~Handle() { close_(id_); }
    Handle(const Handle&) = delete;
    Handle& operator=(const Handle&) = delete;
    operator hid_t() const { return id_; }

private:
    hid_t id_;
    herr_t (*close_)(hid_t);
};

/// Throws IoError where a call of the HDF5 library failed.
void check_hdf5(herr_t status, const std::string& what);

/// An HDF5 file that is only ever in memory. It keeps links and attributes in the order they are made.
class MemoryFile {
public:
    explicit MemoryFile(const std::string& path); ///< `path` is a name for messages
    hid_t id() const { return file_; }
    std::vector<std::byte> image() const;

private:
    std::string path_;
    Handle access_, layout_, file_;
};

} // namespace gwsd::io
