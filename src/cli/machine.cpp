#include "cli/machine.hpp"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>
#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <thread>
#if defined(__x86_64__)
#include <cpuid.h>
#endif

#include "gwsd/core/error.hpp"
#include "gwsd/kernels/cpu_paths.hpp"

namespace gwsd::cli {
namespace {

/// Value of a line "name : value" or "name: value", or an empty string.
std::string field_of(const std::string& path, const std::string& name)
{
    std::ifstream file(path);
    for (std::string line; std::getline(file, line);) {
        if (line.rfind(name, 0) != 0) continue;
        const auto colon = line.find(':');
        const auto begin = colon == std::string::npos ? colon : line.find_first_not_of(" \t", colon + 1);
        return begin == std::string::npos ? "" : line.substr(begin);
    }
    return {};
}

std::uint64_t memory_field(const std::string& name)
{
    const std::string text = field_of("/proc/meminfo", name); // in kB
    return text.empty() ? 0 : std::strtoull(text.c_str(), nullptr, 10) * 1024;
}

/// Limit of the control group, or 0 where there is none.
std::uint64_t memory_limit()
{
    for (const char* path : {"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"}) {
        std::ifstream file(path);
        std::uint64_t limit = 0;
        if (file >> limit) return limit;
    }
    return 0;
}

std::vector<std::string> cpu_features()
{
    std::vector<std::string> found;
#if defined(__x86_64__)
    __builtin_cpu_init();
    if (__builtin_cpu_supports("avx2")) found.emplace_back("avx2");
    if (__builtin_cpu_supports("fma")) found.emplace_back("fma");
    if (__builtin_cpu_supports("avx512f")) found.emplace_back("avx512f");
    if (__builtin_cpu_supports("avx512bw")) found.emplace_back("avx512bw");
    if (__builtin_cpu_supports("avx512vnni")) found.emplace_back("avx512vnni");
    unsigned a = 0, b = 0, c = 0, d = 0;
    if (__get_cpuid_count(7, 0, &a, &b, &c, &d)) {
        if (d & (1u << 24)) found.emplace_back("amx_tile");
        if (d & (1u << 22)) found.emplace_back("amx_bf16");
    }
#elif defined(__aarch64__)
    found.emplace_back("neon");
#endif
    return found;
}

std::string kernel_path()
{
#ifdef GWSD_HAVE_CPU_KERNELS
    return kernels::cpu_paths().name;
#else
    return "portable";
#endif
}

int usable_cores()
{
    cpu_set_t set;
    CPU_ZERO(&set);
    if (sched_getaffinity(0, sizeof set, &set) == 0) return CPU_COUNT(&set);
    return static_cast<int>(std::thread::hardware_concurrency());
}

std::vector<std::string> gpus()
{
    std::vector<std::string> found;
    std::error_code error;
    for (std::filesystem::directory_iterator entry("/proc/driver/nvidia/gpus", error), end; !error && entry != end;
         entry.increment(error))
        found.push_back(field_of(entry->path() / "information", "Model"));
    return found;
}

[[noreturn]] void fail(const std::string& what, int number)
{
    const std::string text = "the current folder: " + what + " a test file: " + std::strerror(number);
    if (number == EACCES || number == EPERM) throw PermissionError(text + "; go to a folder that you may write to");
    if (number == EROFS || number == ENOENT) throw CannotCreate(text + "; go to another folder");
    throw IoError(text);
}

} // namespace

Machine this_machine()
{
    Machine machine;
    machine.processor = field_of("/proc/cpuinfo", "model name");
    machine.features = cpu_features();
    machine.kernels = kernel_path();
    machine.cores = usable_cores();
    machine.memory = memory_field("MemTotal");
    machine.memory_available = memory_field("MemAvailable");
    if (const std::uint64_t limit = memory_limit(); limit > 0) {
        machine.memory = std::min(machine.memory, limit);
        machine.memory_available = std::min(machine.memory_available, limit);
    }
    machine.gpus = gpus();
    return machine;
}

void check_writing()
{
    const std::string path = "gwsd-doctor.tmp." + std::to_string(getpid());
    const int file = open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (file < 0) fail("cannot create", errno);
    std::vector<char> sent(1 << 20), received(sent.size());
    for (std::size_t i = 0; i < sent.size(); ++i) sent[i] = static_cast<char>(i * 31 % 251);
    const auto size = static_cast<ssize_t>(sent.size());
    int problem = 0;
    std::string what = "cannot write";
    errno = 0;
    // A short write without an error number is a full disk.
    if (write(file, sent.data(), sent.size()) != size || fsync(file) != 0) problem = errno ? errno : ENOSPC;
    if (!problem && (pread(file, received.data(), received.size(), 0) != size || received != sent)) {
        what = "cannot read back";
        problem = errno ? errno : EIO;
    }
    if (close(file) != 0 && !problem) problem = errno;
    unlink(path.c_str());
    if (problem) fail(what, problem);
}

} // namespace gwsd::cli
