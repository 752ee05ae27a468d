#pragma once

#include <cmath>
#include <limits>
#include <vector>

#include "gwsd/core/error.hpp"
#include "io/nc_read.hpp"

namespace gwsd::io {

/// Stored value -> value: scale_factor, add_offset, _Unsigned; every fill value, and NaN, becomes NaN. valid_range is
/// not used: real files carry ranges that are wrong.
class Packing {
public:
    Packing() = default;
    /// Throws DataError, without file name, for a scale of 0 or one that is no number.
    explicit Packing(const NcVariable& variable);

    double operator()(double stored) const
    {
        if (unsigned_range_ != 0 && stored < 0) stored += unsigned_range_;
        for (const double fill : fills_)
            if (stored == fill) return std::numeric_limits<double>::quiet_NaN();
        // Infinite values, and the largest float that GRIB tools leave, are missing as well.
        if (!(std::abs(stored) < 3.4e38)) return std::numeric_limits<double>::quiet_NaN();
        return packed_ ? stored * scale_ + offset_ : stored;
    }

    bool packed() const { return packed_; }
    bool has_fill() const { return !fills_.empty(); }

private:
    bool packed_ = false;
    double scale_ = 1, offset_ = 0, unsigned_range_ = 0;
    std::vector<double> fills_;
};

} // namespace gwsd::io
