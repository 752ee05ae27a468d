#pragma once

/// Marks functions that kernels for a GPU call as well: formulas that are written once for every device.
#ifdef __CUDACC__
#define GWSD_HOST_DEVICE __host__ __device__
#else
#define GWSD_HOST_DEVICE
#endif

namespace gwsd {

/// Device tags: a kernel is chosen by overload on the tag, so a device that a build lacks is a compile-time absence.
struct Cpu {
    static constexpr const char* name = "cpu";
};
struct Cuda {
    static constexpr const char* name = "cuda";
};

} // namespace gwsd
