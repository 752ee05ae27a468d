#pragma once

#include <cstdint>

#include "gwsd/core/device.hpp"

namespace gwsd::cuda {

/// Division of n in [0, 2^31) by a fixed d in [1, 2^31) as a product and a shift: with 2^s >= d and
/// m = ceil(2^(31 + s) / d), n / d = floor(n m / 2^(31 + s)), since m d exceeds 2^(31 + s) by less than 2^s.
class FastDivide {
public:
    FastDivide() = default;
    GWSD_HOST_DEVICE explicit FastDivide(int divisor) : divisor_(divisor)
    {
        while ((std::int64_t{1} << (shift_ - 31)) < divisor) ++shift_;
        multiplier_ =
            static_cast<std::uint32_t>(((std::uint64_t{1} << shift_) + static_cast<std::uint64_t>(divisor) - 1) /
                                       static_cast<std::uint64_t>(divisor));
    }
    GWSD_HOST_DEVICE int quotient(int n) const
    {
        return static_cast<int>(static_cast<std::uint64_t>(static_cast<std::uint32_t>(n)) * multiplier_ >> shift_);
    }
    GWSD_HOST_DEVICE int remainder(int n, int quotient) const { return n - quotient * divisor_; }

private:
    std::uint32_t multiplier_ = 0;
    int shift_ = 31, divisor_ = 1;
};

} // namespace gwsd::cuda
