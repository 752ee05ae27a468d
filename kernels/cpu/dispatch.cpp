#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif
#include <cpuid.h>
#include <cstdlib>
#include <cstring>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/conv2d_library.hpp"
#include "gwsd/kernels/cpu_paths.hpp"

namespace gwsd::kernels {

namespace avx2 {
extern const CpuPaths paths;
}
namespace avx512 {
extern const CpuPaths paths;
}
namespace amx {
extern const TilePaths tile_paths;
}

namespace {

const CpuPaths portable;

bool has_avx512()
{
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
}

/// The processor has bf16 tiles, and the system lets this process use them: Linux wants to be asked, once.
bool has_amx()
{
#if defined(__linux__)
    unsigned a = 0, b = 0, c = 0, d = 0;
    constexpr unsigned amx_bf16 = 1U << 22, amx_tile = 1U << 24;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || (d & amx_bf16) == 0 || (d & amx_tile) == 0) return false;
    constexpr long ask_for_state = 0x1023, tile_data = 18; // ARCH_REQ_XCOMP_PERM, XFEATURE_XTILEDATA
    static const bool granted = syscall(SYS_arch_prctl, ask_for_state, tile_data) == 0;
    return granted;
#else
    return false;
#endif
}

/// The AVX-512 path with tiles beside it.
const CpuPaths& with_tiles()
{
    static const CpuPaths path = [] {
        CpuPaths p = avx512::paths;
        p.name = "amx", p.tiles = &amx::tile_paths;
        return p;
    }();
    return path;
}

CpuPaths widest()
{
    if (const char* wanted = std::getenv("GWSD_CPU_ISA")) {
        if (const CpuPaths* path = cpu_path(wanted)) return *path;
        throw ConfigError(std::string("GWSD_CPU_ISA=") + wanted +
                          ": this processor or build has no such path; expected portable, avx2, avx512 or amx");
    }
    for (const char* name : {"amx", "avx512", "avx2"})
        if (const CpuPaths* path = cpu_path(name)) return *path;
    return portable;
}

CpuPaths& chosen()
{
    static CpuPaths path = [] {
        CpuPaths p = widest();
        if (const char* wanted = std::getenv("GWSD_CONVOLUTION")) p.library = conv_library(wanted);
        return p;
    }();
    return path;
}

} // namespace

const CpuPaths* cpu_path(const char* name)
{
    if (std::strcmp(name, "portable") == 0) return &portable;
    if (std::strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &avx2::paths;
    if (std::strcmp(name, "avx512") == 0 && has_avx512()) return &avx512::paths;
    if (std::strcmp(name, "amx") == 0 && has_avx512() && has_amx()) return &with_tiles();
    return nullptr;
}

const ConvLibrary* conv_library(const std::string& name)
{
    if (name == "own") return nullptr;
    if (name != "onednn") throw ConfigError("GWSD_CONVOLUTION=" + name + ": expected own or onednn");
    if (const ConvLibrary* library = onednn::convolutions()) return library;
    throw ConfigError(
        "GWSD_CONVOLUTION=onednn: this build has no oneDNN; install libdnnl-dev and configure with "
        "-DGWSD_WITH_ONEDNN=ON");
}

const CpuPaths& cpu_paths() { return chosen(); }

void use_cpu_path(const CpuPaths& path) { chosen() = path; }

} // namespace gwsd::kernels
