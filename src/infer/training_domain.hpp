#pragma once

#include <cmath>
#include <cstdint>
#include <vector>

#include "gwsd/data/batch.hpp"

namespace gwsd::infer {

/// Tells which fine cells lie outside what a model saw in training: a predictor, a static field or the
/// interpolated coarse field beyond the smallest and largest value (of the target, for the last) there.
class TrainingDomain {
public:
    explicit TrainingDomain(const data::BatchMaker& maker) : maker_(maker) {}

    /// False if the model holds no ranges; nothing is then said to be outside.
    bool known() const { return std::isfinite(maker_.normalisation().target.highest); }
    /// Flags of io::StatusFlag for each fine cell at step t.
    std::vector<std::uint8_t> flags(Index t) const;

private:
    static void mark(const data::Scaling& seen, const std::vector<float>& field, std::vector<std::uint8_t>& flags);

    const data::BatchMaker& maker_;
};

} // namespace gwsd::infer
