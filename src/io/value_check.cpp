#include "io/value_check.hpp"

#include <cmath>

#include "gwsd/core/error.hpp"
#include "io/number_text.hpp"

namespace gwsd::io {
namespace {

/// Negative values down to this share of the largest plausible one are an effect of packing.
constexpr double packing_share = 0.01;

} // namespace

ValueCheck::ValueCheck(Quantity quantity, std::string place, Index steps, Notes notes)
    : quantity_(std::move(quantity)),
      place_(std::move(place)),
      notes_(notes),
      seen_(static_cast<std::size_t>(steps), false)
{
}

ValueCheck::~ValueCheck() { tell(); }

void ValueCheck::tell()
{
    if (clipped_ > 0)
        notes_.tell(place_ + ": " + std::to_string(clipped_) + " values of " + std::to_string(valid_) +
                    " were below zero (down to " + short_number(lowest_clipped_, 3) + " " + quantity_.unit +
                    ") and count as 0");
    if (implausible_ > 0)
        notes_.warn(place_ + ": " + std::to_string(implausible_) + " values of " + std::to_string(valid_) +
                    " lie outside " + short_number(quantity_.low) + " .. " + short_number(quantity_.high) + " " +
                    quantity_.unit + ", such as " + short_number(example_));
    clipped_ = implausible_ = 0;
}

void ValueCheck::apply(Index t, const std::string& label, std::span<float> values)
{
    if (quantity_.low == quantity_.high) return;
    const bool not_negative =
        quantity_.kind == Quantity::Kind::precipitation || quantity_.kind == Quantity::Kind::soil_moisture;
    const double margin = not_negative ? -packing_share * quantity_.high : quantity_.low;
    std::int64_t clipped = 0, implausible = 0, valid = 0;
    double example = 0, lowest = 0;
    for (float& value : values) {
        if (std::isnan(value)) continue;
        ++valid;
        const auto number = static_cast<double>(value);
        if (number < margin || number > quantity_.high) {
            ++implausible;
            example = number;
        } else if (not_negative && value < 0) {
            ++clipped;
            lowest = std::min(lowest, number);
            value = 0;
        }
    }
    if (valid >= 10 && 2 * implausible > valid)
        throw DataError(place_ + " in " + label + ": " + std::to_string(100 * implausible / valid) +
                        " % of the values lie outside " + short_number(quantity_.low) + " .. " +
                        short_number(quantity_.high) + " " + quantity_.unit + ", such as " + short_number(example) +
                        "; is the unit that the file states the true one, and the variable the right one?");
    if (seen_[static_cast<std::size_t>(t)]) return;
    seen_[static_cast<std::size_t>(t)] = true;
    clipped_ += clipped;
    implausible_ += implausible;
    valid_ += valid;
    lowest_clipped_ = std::min(lowest_clipped_, lowest);
    if (implausible > 0) example_ = example;
}

} // namespace gwsd::io
