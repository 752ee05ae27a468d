#include "io/hdf5_memory.hpp"

#include "gwsd/core/error.hpp"

namespace gwsd::io {
namespace {

[[noreturn]] void fail(const std::string& what) { throw IoError(what + ": the HDF5 library failed"); }

hid_t create(const std::string& path, hid_t access, hid_t layout)
{
    check_hdf5(H5Pset_fapl_core(access, std::size_t{1} << 20, 0), path);
    // Attributes in the order they are made are kept in a layout that lets them pass 64 KiB. Asking for the layout
    // of 1.8 as a whole would do so too, but H5Fget_file_image then clears a flag in the head of the file without
    // renewing its checksum, and nobody can open the image (HDF5 1.10).
    constexpr unsigned in_order = H5P_CRT_ORDER_TRACKED | H5P_CRT_ORDER_INDEXED;
    check_hdf5(H5Pset_attr_creation_order(layout, in_order), path);
    check_hdf5(H5Pset_link_creation_order(layout, in_order), path);
    check_hdf5(H5Pset_obj_track_times(layout, false), path); // the same content gives the same bytes
    return H5Fcreate(path.c_str(), H5F_ACC_TRUNC, layout, access);
}

} // namespace

Handle::Handle(hid_t id, herr_t (*close)(hid_t), const std::string& what) : id_(id), close_(close)
{
    if (id < 0) fail(what);
}

void check_hdf5(herr_t status, const std::string& what)
{
    if (status < 0) fail(what);
}

MemoryFile::MemoryFile(const std::string& path)
    : path_(path),
      access_(H5Pcreate(H5P_FILE_ACCESS), H5Pclose, path),
      layout_(H5Pcreate(H5P_FILE_CREATE), H5Pclose, path),
      file_(create(path, access_, layout_), H5Fclose, path)
{
}

std::vector<std::byte> MemoryFile::image() const
{
    check_hdf5(H5Fflush(file_, H5F_SCOPE_GLOBAL), path_);
    const ssize_t bytes = H5Fget_file_image(file_, nullptr, 0);
    if (bytes < 0) fail(path_);
    std::vector<std::byte> image(static_cast<std::size_t>(bytes));
    if (H5Fget_file_image(file_, image.data(), image.size()) != bytes) fail(path_);
    return image;
}

} // namespace gwsd::io
