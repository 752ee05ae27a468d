#pragma once

// Faults that tests put into kernels, to see that the checks find them: `if (seeded(301)) ...`. Only a library built
// with GWSD_SEED_BUGS knows any, and commits the one whose number the environment variable GWSD_SEED_BUG holds; in
// every other build seeded() is false and the compiler drops what depends on it.

#include <vector>

#include "launch.hpp"

namespace gwsd::cuda {

#ifdef GWSD_SEED_BUGS

/// Sets the number in every file's own variable; called when the stream is made.
inline std::vector<void (*)(int)>& bug_setters()
{
    static std::vector<void (*)(int)> all;
    return all;
}

namespace {

__device__ int device_bug;
int host_bug;

struct RegisterBug {
    RegisterBug()
    {
        bug_setters().push_back([](int number) {
            host_bug = number;
            check(cudaMemcpyToSymbol(device_bug, &number, sizeof(int)), "seeded fault");
        });
    }
} const register_bug;

__host__ __device__ inline bool seeded(int number)
{
#ifdef __CUDA_ARCH__
    return device_bug == number;
#else
    return host_bug == number;
#endif
}

} // namespace

#else

__host__ __device__ constexpr bool seeded(int) { return false; }

#endif

} // namespace gwsd::cuda
