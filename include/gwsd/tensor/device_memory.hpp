#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <type_traits>

#include "gwsd/core/device.hpp"
#include "gwsd/core/memory.hpp"
#include "gwsd/core/parallel.hpp"

// What tensors ask of a device's memory. On a GPU everything runs on the compute stream, in the order of the calls and
// without waiting for it; only copy_to_host waits. Those functions live in gwsd_cuda, as do the kernels, for T float,
// double, bfloat16 and std::int32_t. They throw OutOfMemory and DeviceUnavailable.

namespace gwsd {

/// Uninitialised memory for `count` values, returned to the device's pool by its last owner.
template <class T>
std::shared_ptr<T[]> allocate(Cpu, std::size_t count)
{
    return allocate_shared_block<T>(count);
}
std::shared_ptr<void> allocate_on_cuda(std::size_t bytes);
template <class T>
std::shared_ptr<T[]> allocate(Cuda, std::size_t count)
{
    if (count > static_cast<std::size_t>(-1) / 2 / sizeof(T)) throw std::bad_alloc();
    const auto block = allocate_on_cuda(count * sizeof(T));
    return {block, static_cast<T*>(block.get())};
}

/// to[i] = value.
template <class T>
void fill(Cpu, Index n, T value, T* to)
{
    std::fill_n(to, n, value);
}
template <class T>
void fill(Cuda, Index n, T value, T* to);

/// to[i] = from[i], both on the device, not overlapping.
template <class T>
void copy(Cpu, Index n, const T* from, T* to)
{
    std::copy_n(from, n, to);
}
template <class T>
void copy(Cuda, Index n, const T* from, T* to);

/// sum[i] += from[i].
template <class T>
void accumulate(Cpu, Index n, const T* from, T* sum)
{
    parallel_for(n, 16384, [&](Index begin, Index end) {
        for (Index i = begin; i < end; ++i) sum[i] += from[i];
    });
}
template <class T>
void accumulate(Cuda, Index n, const T* from, T* sum);

/// Exchanges a[i] and b[i].
template <class T>
void exchange(Cpu, Index n, T* a, T* b)
{
    std::swap_ranges(a, a + n, b);
}
template <class T>
void exchange(Cuda, Index n, T* a, T* b);

/// From the host's memory to the device's, and back.
template <class T>
void copy_from_host(Cpu, Index n, const T* from, T* to)
{
    std::copy_n(from, n, to);
}
template <class T>
void copy_to_host(Cpu, Index n, const T* from, T* to)
{
    std::copy_n(from, n, to);
}
void copy_bytes_from_host(std::size_t bytes, const void* from, void* to);
void copy_bytes_to_host(std::size_t bytes, const void* from, void* to);
template <class T>
void copy_from_host(Cuda, Index n, const T* from, T* to)
{
    copy_bytes_from_host(static_cast<std::size_t>(n) * sizeof(T), from, to);
}
template <class T>
void copy_to_host(Cuda, Index n, const T* from, T* to)
{
    copy_bytes_to_host(static_cast<std::size_t>(n) * sizeof(T), from, to);
}

} // namespace gwsd
