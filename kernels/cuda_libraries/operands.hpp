#pragma once

// Operands in the number formats that matrix units take, and results that are added to or started from a bias.

#include <cstdint>

#include "gwsd/kernels/conv2d_options.hpp"
#include "launch.hpp"

namespace gwsd::kernels {

/// to[i] = from[i] rounded to nearest even, as gwsd::bfloat16 does.
void round_to_bf16(Index n, const float* from, std::uint16_t* to);

/// x = high + low exactly, high with the 10 bits of mantissa that TF32 has; low = 0 where x is no finite number.
void split_for_tf32(Index n, const float* x, float* high, float* low);

/// y [pixels, channels] = bias [channels] in every pixel.
void spread_bias(Index pixels, Index channels, const float* bias, float* y);

/// y = part + (y if it is to be added to, else the bias or zero).
void deliver(Index pixels, Index channels, const float* part, Conv2dInto<float> into, float* y);

enum class Format { f32, tf32, bf16 };

/// The products that make up one of the given precision, as multiply(left, right, into) on device memory: one of f32 or
/// of operands rounded to bf16; three of TF32 parts for f32_fast, whose fourth, low * low, is 2^-20 of the result or
/// less. The first starts as `into` says, the others are added.
template <class Multiply>
void multiply_in(Precision precision, Index left_count, const float* left, Index right_count, const float* right,
                 Conv2dInto<float> into, const Multiply& multiply)
{
    if (precision == Precision::f32) return multiply(left, right, into);
    if (precision == Precision::bf16) {
        const cuda::Scratch<std::uint16_t> a(left_count, "convolution in bf16"), b(right_count, "convolution in bf16");
        round_to_bf16(left_count, left, a.data());
        round_to_bf16(right_count, right, b.data());
        return multiply(a.data(), b.data(), into);
    }
    // Four blocks, each aligned as the libraries want it.
    const char* name = "convolution in TF32";
    const cuda::Scratch<float> a(left_count, name), a_low(left_count, name), b(right_count, name),
        b_low(right_count, name);
    split_for_tf32(left_count, left, a.data(), a_low.data());
    split_for_tf32(right_count, right, b.data(), b_low.data());
    multiply(a_low.data(), b.data(), into);
    multiply(a.data(), b_low.data(), Conv2dInto<float>{});
    multiply(a.data(), b.data(), Conv2dInto<float>{});
}

/// What multiply_in hands to `multiply`.
inline Format format_in(Precision precision)
{
    return precision == Precision::f32 ? Format::f32 : precision == Precision::bf16 ? Format::bf16 : Format::tf32;
}

} // namespace gwsd::kernels
