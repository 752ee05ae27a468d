#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "io/notes.hpp"
#include "io/quantity.hpp"

namespace gwsd::io {

/// Looks at the values of a series as they are read: small negative precipitation or soil moisture, which packing
/// leaves, becomes 0; values that no place on Earth has are counted. Tells both when it
/// goes, or when asked.
class ValueCheck {
public:
    ValueCheck() = default;
    /// `place` names file and variable in messages.
    ValueCheck(Quantity quantity, std::string place, Index steps, Notes notes);
    ~ValueCheck();
    ValueCheck(const ValueCheck&) = delete;
    ValueCheck& operator=(const ValueCheck&) = delete;
    ValueCheck(ValueCheck&&) = delete;
    ValueCheck& operator=(ValueCheck&&) = delete;

    /// Throws DataError if more than half of the values of a step are impossible: the unit will be another one.
    void apply(Index t, const std::string& label, std::span<float> values);

    /// Tells what was found since the last call.
    void tell();

private:
    Quantity quantity_;
    std::string place_;
    Notes notes_;
    std::vector<bool> seen_;
    std::int64_t clipped_ = 0, implausible_ = 0, valid_ = 0;
    double lowest_clipped_ = 0, example_ = 0;
};

} // namespace gwsd::io
