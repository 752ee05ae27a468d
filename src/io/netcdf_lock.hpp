#pragma once

#include <mutex>

namespace gwsd::io {

/// netCDF-C and HDF5 are built without thread safety: whoever calls them holds this lock.
inline std::recursive_mutex& netcdf_lock()
{
    static std::recursive_mutex lock;
    return lock;
}

} // namespace gwsd::io
