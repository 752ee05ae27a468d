#pragma once

#include <limits>
#include <map>
#include <string>

namespace gwsd::data {

/// normalised = (value - mean) / scale; scale is never below a floor, so a constant field gives zeros.
struct Scaling {
    double mean = 0, scale = 1;
    /// Smallest and largest value seen in training: what lies beyond is outside the training domain.
    double lowest = -std::numeric_limits<double>::infinity(), highest = std::numeric_limits<double>::infinity();
};

/// Constants from training months and land only; they live in the model file, with their units.
struct Normalisation {
    std::string unit;                         ///< of the target
    Scaling target;                           ///< of target and coarse field alike
    std::map<std::string, Scaling> fields;    ///< of predictors and statics, by name
    std::map<std::string, std::string> units; ///< of the same
    double recharge_scale = 1;                ///< s_R in mm
    double change_scale = 1;                  ///< s_d in the target's unit

    std::string to_json() const;
    static Normalisation from_json(const std::string& text); ///< throws DataError
};

} // namespace gwsd::data
