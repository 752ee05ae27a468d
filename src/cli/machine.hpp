#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace gwsd::cli {

/// What `gwsd doctor` tells about the machine it runs on.
struct Machine {
    std::string processor;
    std::vector<std::string> features; ///< of those that kernels are chosen by: avx2, fma, avx512f, ..., amx_bf16
    std::string kernels;               ///< set of tuned kernels in use: avx2, avx512, ..., or portable
    int cores = 0;                     ///< that this process may use
    std::uint64_t memory = 0;          ///< bytes, the smaller of what is installed and what the control group allows
    std::uint64_t memory_available = 0;
    std::vector<std::string> gpus; ///< that the driver knows, whether or not this build can use them
};

Machine this_machine();

/// Writes a file in the current folder, reads it back and removes it. Throws PermissionError, CannotCreate or IoError.
void check_writing();

} // namespace gwsd::cli
