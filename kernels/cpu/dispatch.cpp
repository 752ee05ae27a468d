#include <cstdlib>
#include <cstring>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/cpu_paths.hpp"

namespace gwsd::kernels {

namespace avx2 {
extern const CpuPaths paths;
}
namespace avx512 {
extern const CpuPaths paths;
}

namespace {

const CpuPaths portable;

CpuPaths widest()
{
    if (const char* wanted = std::getenv("GWSD_CPU_ISA")) {
        if (const CpuPaths* path = cpu_path(wanted)) return *path;
        throw ConfigError(std::string("GWSD_CPU_ISA=") + wanted +
                          ": this processor or build has no such path; expected portable, avx2 or avx512");
    }
    for (const char* name : {"avx512", "avx2"})
        if (const CpuPaths* path = cpu_path(name)) return *path;
    return portable;
}

CpuPaths& chosen()
{
    static CpuPaths path = widest();
    return path;
}

} // namespace

const CpuPaths* cpu_path(const char* name)
{
    if (std::strcmp(name, "portable") == 0) return &portable;
    if (std::strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &avx2::paths;
    const bool wide = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                      __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    if (std::strcmp(name, "avx512") == 0 && wide) return &avx512::paths;
    return nullptr;
}

const CpuPaths& cpu_paths() { return chosen(); }

void use_cpu_path(const CpuPaths& path) { chosen() = path; }

} // namespace gwsd::kernels
