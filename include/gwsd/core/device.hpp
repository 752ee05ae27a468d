#pragma once

namespace gwsd {

/// Device tags: a kernel is chosen by overload on the tag, so a device that a build lacks is a compile-time absence.
struct Cpu {
    static constexpr const char* name = "cpu";
};
struct Cuda {
    static constexpr const char* name = "cuda";
};

} // namespace gwsd
