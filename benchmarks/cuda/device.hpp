#pragma once

// The device that is timed, and what it can do at most.

#include <cuda_runtime.h>

#include <string>

#include "launch.hpp"

namespace gwsd::bench {

/// From cudaDeviceGetAttribute:
///   f32 peak    = SMs * lanes of an SM * 2 * clock, lanes = 64 for compute capability 8.0, else 128
///   bf16 peak   = SMs * dense multiply-adds of an SM a clock * 2 * clock, f32 sums: 1024 (8.0), 2048 (9.0); 0 where
///                 the data sheet of one compute capability differs between products
///   memory peak = 2 * memory clock * bus width / 8
/// Clocks are the highest that the device may have, so that a share is of what it might do, not of what it did.
struct DeviceFacts {
    std::string name;
    int major = 0, minor = 0, multiprocessors = 0;
    double clock_hz = 0, memory_clock_hz = 0, bus_bits = 0;
    double f32_peak = 0, bf16_peak = 0; ///< FLOP/s
    double memory_peak = 0;             ///< B/s
    bool standin = false;               ///< the runtime executes kernels on the CPU: no time of it is one of a GPU
};

inline DeviceFacts read_device()
{
    (void)cuda::stream(); // chooses the device, or says that there is none
    int device = 0;
    cuda::check(cudaGetDevice(&device), "cudaGetDevice");
    const auto attribute = [device](cudaDeviceAttr which) {
        int value = 0;
        cuda::check(cudaDeviceGetAttribute(&value, which, device), "cudaDeviceGetAttribute");
        return value;
    };
    cudaDeviceProp properties;
    cuda::check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
    DeviceFacts d;
    d.name = properties.name;
    d.standin = d.name.find("(CPU)") != std::string::npos;
    d.major = properties.major, d.minor = properties.minor;
    d.multiprocessors = properties.multiProcessorCount;
    d.clock_hz = 1e3 * attribute(cudaDevAttrClockRate);
    d.memory_clock_hz = 1e3 * attribute(cudaDevAttrMemoryClockRate);
    d.bus_bits = attribute(cudaDevAttrGlobalMemoryBusWidth);
    const bool ampere_server = d.major == 8 && d.minor == 0, hopper = d.major == 9 && d.minor == 0;
    const double per_second = d.multiprocessors * 2 * d.clock_hz;
    d.f32_peak = per_second * (ampere_server ? 64 : 128);
    d.bf16_peak = per_second * (ampere_server ? 1024 : hopper ? 2048 : 0);
    d.memory_peak = 2 * d.memory_clock_hz * d.bus_bits / 8;
    return d;
}

inline const DeviceFacts& device()
{
    static const DeviceFacts facts = read_device();
    return facts;
}

/// A side, batch or count as it is timed; through a stand-in, which is slow, small.
inline Index sized(Index n) { return device().standin ? (n >= 64 ? 16 : n >= 8 ? n / 4 : 1) : n; }

} // namespace gwsd::bench
