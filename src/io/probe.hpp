#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace gwsd::io {

/// Limits of the child process that opens untrusted files first.
struct ProbeLimits {
    double cpu_seconds = 5, wall_seconds = 60;
    std::size_t memory = std::size_t{3} << 30; ///< beyond what this process holds

    /// GRIB is read from end to end to list its messages, so a large file takes longer.
    static ProbeLimits for_bytes(std::uint64_t bytes)
    {
        const auto size = static_cast<double>(bytes);
        return {5 + size / 100e6, 60 + size / 10e6};
    }
};

/// Runs work(0) .. work(count - 1) in a forked child with limits on memory and time, since netCDF and HDF5 may crash on
/// damaged or hostile files. An exception of a work item is thrown here again; a crash or an endless loop becomes a
/// DataError that calls names[i] damaged. The child's memory is lost with it; work must be repeatable here.
void run_guarded(const std::vector<std::string>& names, const std::function<void(std::size_t)>& work,
                 const ProbeLimits& limits = {});

} // namespace gwsd::io
