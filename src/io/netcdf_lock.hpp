#pragma once

#include <hdf5.h>
#include <memory>
#include <mutex>

namespace gwsd::io {

/// netCDF-C is built without thread safety: whoever calls it holds this lock. HDF5's own printing of errors, which
/// keeps a setting for each thread, is switched off; netCDF probes for attributes that may be absent.
inline std::recursive_mutex& netcdf_lock()
{
    static std::recursive_mutex lock;
    [[maybe_unused]] static thread_local const herr_t silent = H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
    return lock;
}

/// In a child process just forked by the holder of the lock: only the calling thread exists there, and its number is
/// not the one that took the lock.
inline void renew_netcdf_lock() { std::construct_at(&netcdf_lock()); }

} // namespace gwsd::io
