#pragma once

#include <atomic>

namespace gwsd {

/// Where networks are trained and applied; everything else runs on the CPU.
enum class ComputeDevice { cpu, cuda };

inline std::atomic<ComputeDevice>& compute_device_slot()
{
    static std::atomic<ComputeDevice> slot{ComputeDevice::cpu};
    return slot;
}

/// The process's choice; what is made later computes there.
inline ComputeDevice compute_device() { return compute_device_slot(); }
inline void set_compute_device(ComputeDevice device) { compute_device_slot() = device; }

} // namespace gwsd
