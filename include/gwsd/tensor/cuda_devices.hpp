#pragma once

#include <string>
#include <vector>

namespace gwsd {

/// A GPU as the driver describes it.
struct CudaDevice {
    std::string name;
    int major = 0, minor = 0; ///< compute capability
    double memory_bytes = 0;
};

/// The devices that the driver lists, usable or not; empty without a driver. In gwsd_cuda.
std::vector<CudaDevice> cuda_devices();

/// Makes sure that there is a device that will do. Throws DeviceUnavailable saying why not. In gwsd_cuda.
void require_cuda();

} // namespace gwsd
