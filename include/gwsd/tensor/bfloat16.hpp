#pragma once

#include <bit>
#include <cmath>
#include <cstdint>

namespace gwsd {

/// Storage of a float in 16 bits: sign, 8 exponent bits, 7 mantissa bits; rounded to nearest even. Arithmetic is done
/// in float: a bfloat16 converts to float implicitly and is made from one explicitly.
struct bfloat16 {
    std::uint16_t bits = 0;

    bfloat16() = default;
    explicit bfloat16(float value)
    {
        const auto word = std::bit_cast<std::uint32_t>(value);
        if (std::isnan(value)) {
            bits = static_cast<std::uint16_t>((word >> 16) | 0x0040U); // keep it a quiet NaN
            return;
        }
        bits = static_cast<std::uint16_t>((word + 0x7FFFU + ((word >> 16) & 1U)) >> 16);
    }
    operator float() const { return std::bit_cast<float>(static_cast<std::uint32_t>(bits) << 16); }
};

static_assert(sizeof(bfloat16) == 2);

} // namespace gwsd
