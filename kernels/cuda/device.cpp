// The device that this process computes on, its stream, and what the runtime's errors become.

#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/tensor/cuda_devices.hpp"
#include "launch.hpp"

namespace gwsd::cuda {

#ifdef GWSD_SEED_BUGS
void seed_bugs_from_environment();
#endif

namespace {

constexpr int oldest_major = 8; // asynchronous copies and bf16 matrix instructions

[[noreturn]] void unavailable(const std::string& what)
{
    throw DeviceUnavailable("cuda: " + what + "; use --device cpu, or --device auto to take what there is");
}

cudaStream_t start()
{
    int count = 0;
    const cudaError_t status = cudaGetDeviceCount(&count);
    if (status != cudaSuccess || count == 0) {
        (void)cudaGetLastError();
        unavailable(std::string("no device (") +
                    (status == cudaSuccess ? "the driver lists none" : cudaGetErrorString(status)) + ")");
    }
    int device = 0, major = 0, minor = 0, pools = 0;
    check(cudaGetDevice(&device), "cudaGetDevice");
    check(cudaDeviceGetAttribute(&major, cudaDevAttrComputeCapabilityMajor, device), "cudaDeviceGetAttribute");
    check(cudaDeviceGetAttribute(&minor, cudaDevAttrComputeCapabilityMinor, device), "cudaDeviceGetAttribute");
    check(cudaDeviceGetAttribute(&pools, cudaDevAttrMemoryPoolsSupported, device), "cudaDeviceGetAttribute");
    if (major < oldest_major)
        unavailable("device " + std::to_string(device) + " has compute capability " + std::to_string(major) + "." +
                    std::to_string(minor) + ", gwsd needs 8.0 (Ampere) or newer");
    if (pools == 0) unavailable("device " + std::to_string(device) + " has no stream-ordered memory pools");

    // Freed memory stays in the pool: a training step asks for the same sizes again and again.
    cudaMemPool_t pool = nullptr;
    check(cudaDeviceGetDefaultMemPool(&pool, device), "cudaDeviceGetDefaultMemPool");
    unsigned long long keep = ~0ULL;
    check(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep), "cudaMemPoolSetAttribute");
    cudaStream_t stream = nullptr;
    check(cudaStreamCreateWithFlags(&stream, cudaStreamNonBlocking), "cudaStreamCreateWithFlags");
#ifdef GWSD_SEED_BUGS
    seed_bugs_from_environment();
#endif
    return stream;
}

} // namespace

cudaStream_t stream()
{
    static const cudaStream_t compute = start(); // never destroyed: tensors of static lifetime may outlive any object
    return compute;
}

void check(cudaError_t status, const char* operation)
{
    if (status == cudaSuccess) return;
    (void)cudaGetLastError(); // the next call shall not report it again
    const std::string said =
        std::string(operation) + ": " + cudaGetErrorString(status) + " (" + cudaGetErrorName(status) + ")";
    if (status == cudaErrorMemoryAllocation) {
        std::size_t free = 0, total = 0;
        const bool known = cudaMemGetInfo(&free, &total) == cudaSuccess;
        throw OutOfMemory(
            said +
            (known ? ", " + std::to_string(free >> 20) + " of " + std::to_string(total >> 20) + " MiB are free" : "") +
            "; use a smaller batch or tile");
    }
    if (status == cudaErrorNoKernelImageForDevice)
        throw DeviceUnavailable(said + "; build gwsd for this device's architecture (GWSD_CUDA_ARCHITECTURES)");
    if (status == cudaErrorNoDevice || status == cudaErrorInsufficientDriver || status == cudaErrorDevicesUnavailable)
        throw DeviceUnavailable(said);
    throw CudaError(said);
}

} // namespace gwsd::cuda

namespace gwsd {

std::vector<CudaDevice> cuda_devices()
{
    int count = 0;
    if (cudaGetDeviceCount(&count) != cudaSuccess) {
        (void)cudaGetLastError();
        return {};
    }
    std::vector<CudaDevice> all;
    for (int device = 0; device < count; ++device) {
        cudaDeviceProp properties{};
        cuda::check(cudaGetDeviceProperties(&properties, device), "cudaGetDeviceProperties");
        all.push_back(
            {properties.name, properties.major, properties.minor, static_cast<double>(properties.totalGlobalMem)});
    }
    return all;
}

void require_cuda() { cuda::stream(); }

} // namespace gwsd
