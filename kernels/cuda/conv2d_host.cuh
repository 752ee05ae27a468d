#pragma once

// What the launchers of convolutions share.

#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/core/shape.hpp"
#include "seed_bug.cuh"

namespace gwsd::kernels {

/// True if `length` neighbouring values and the pointers suit loads of 128 bits.
template <class T, class... Pointers>
bool suits_wide_loads(Index length, Pointers... pointers)
{
    return length % static_cast<Index>(16 / sizeof(T)) == 0 && (cuda::seeded(209) || (... && cuda::aligned(pointers)));
}

/// Counts inside a kernel are 32-bit numbers, sums of two of them too. Throws ShapeError.
inline int small_count(Index count, const char* operation)
{
    if (count >= Index{1} << 30)
        throw ShapeError(std::string(operation) + ": expects fewer than 2^30 pixels and values of a kernel, got " +
                         std::to_string(count));
    return static_cast<int>(count);
}

} // namespace gwsd::kernels
