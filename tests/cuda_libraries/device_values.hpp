#pragma once

// For the stand-ins of NVIDIA's libraries: values of device memory as doubles, as an operand of a matrix unit is read.

#include <cuda_runtime.h>

#include <bit>
#include <cstdint>
#include <vector>

namespace gwsd::test {

/// As a matrix unit reads f32: rounded to the 10 bits of mantissa of TF32.
inline float as_tf32(float value)
{
    const auto word = std::bit_cast<std::uint32_t>(value);
    return std::bit_cast<float>((word + 0xFFFU + ((word >> 13) & 1U)) & 0xFFFFE000U);
}

enum class Reading { f32, tf32, bf16 };

/// `count` values that lie on the device; empty if they do not lie there.
inline std::vector<double> values_of(const void* device, std::size_t count, Reading reading, cudaStream_t stream)
{
    std::vector<float> f32(reading == Reading::bf16 ? 0 : count);
    std::vector<std::uint16_t> bf16(reading == Reading::bf16 ? count : 0);
    void* to = reading == Reading::bf16 ? static_cast<void*>(bf16.data()) : static_cast<void*>(f32.data());
    const std::size_t bytes = count * (reading == Reading::bf16 ? 2 : 4);
    if (cudaMemcpyAsync(to, device, bytes, cudaMemcpyDeviceToHost, stream) != cudaSuccess) return {};
    if (cudaStreamSynchronize(stream) != cudaSuccess) return {};
    std::vector<double> values(count);
    for (std::size_t i = 0; i < count; ++i)
        values[i] = static_cast<double>(reading == Reading::bf16
                                            ? std::bit_cast<float>(static_cast<std::uint32_t>(bf16[i]) << 16)
                                        : reading == Reading::tf32 ? as_tf32(f32[i])
                                                                   : f32[i]);
    return values;
}

inline bool write_values(const std::vector<double>& values, void* device, cudaStream_t stream)
{
    const std::vector<float> f32(values.begin(), values.end());
    return cudaMemcpyAsync(device, f32.data(), f32.size() * 4, cudaMemcpyHostToDevice, stream) == cudaSuccess &&
           cudaStreamSynchronize(stream) == cudaSuccess;
}

} // namespace gwsd::test
