#pragma once

#include <functional>
#include <span>
#include <string>
#include <vector>

#include "gwsd/data/batch.hpp"

namespace gwsd::data {

/// Called before each field is read; throws to stop (a signal).
using Checkpoint = std::function<void()>;

/// Steps of which the reference holds at least one usable cell (fine cells, 1 where a target counts).
std::vector<Index> steps_with_truth(const io::FieldSource& cube, std::span<const Index> steps,
                                    const std::vector<char>& usable, const Checkpoint& checkpoint = {});

/// Mean and standard deviation of the reference, the predictors and the statics over the usable land of `steps`,
/// weighted by land area; one field is in memory at a time. A constant field gets a small scale and a warning. Throws
/// DataError naming a field that has no value there.
Normalisation training_constants(const io::FieldSource& cube, const InputSpec& spec, std::span<const Index> steps,
                                 const std::vector<char>& usable, const Checkpoint& checkpoint = {});

/// A mean field for each calendar month; on an axis of instants there is no such month, and one mean serves all steps.
struct Climatology {
    std::vector<std::vector<float>> mean; ///< by class (12 or 1), each on the fine grid; NaN where no step had a value

    static Index classes(const geo::TimeAxis& axis) { return axis.monthly ? 12 : 1; }
    static Index class_of(const geo::TimeAxis& axis, Index t) { return axis.monthly ? axis.month(t).month() - 1 : 0; }
    const std::vector<float>& at(const geo::TimeAxis& axis, Index t) const
    {
        return mean[static_cast<std::size_t>(class_of(axis, t))];
    }
};

/// What the sign and magnitude terms compare (SPEC 5): the recharge signal R = alpha(theta) P', alpha = 0.1 + 0.4
/// theta, P' = P - its climatology in mm; and the change d = storage_t - base_(t-1) - its climatology.
struct ChangeSignal {
    std::string precipitation, soil_moisture; ///< names of the predictors; empty: no such signal
    Climatology rain, change;
    double recharge_scale = 1; ///< s_R, mm
    double change_scale = 1;   ///< s_d, target's unit

    bool defined() const { return !precipitation.empty(); }
};

inline double recharge_share(double soil_moisture) { return 0.1 + 0.4 * soil_moisture; }

/// Climatologies and scales over the usable land of `steps`. The change of a step counts if the step before it is one
/// of `steps` too. `maker` has the target's constants already.
ChangeSignal change_signal(const BatchMaker& maker, std::span<const Index> steps, const std::vector<char>& usable,
                           const std::string& precipitation, const std::string& soil_moisture,
                           const Checkpoint& checkpoint = {});

} // namespace gwsd::data
