#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::data {

/// What `gwsd prepare` makes a cube from. Files are paths or PATH:VARIABLE; predictors are names of ERA5 variables, or
/// NAME=PATH:VARIABLE; statics PATH:VARIABLE or NAME=PATH:VARIABLE.
struct PrepareOptions {
    std::vector<std::string> gwsa, era5, reference, statics, subtract, predictors;
    std::string region, period; ///< "W,S,E,N"; "YYYY-MM:YYYY-MM"; empty: all that the inputs share
    std::string quantity;       ///< "gwsa" (default) or "tws"
    std::string operator_kind;  ///< "gaussian" (default) or "area-mean"
    std::string assume_units;
    double resolution = 0; ///< coarse, degrees; 0: the coarse field's own, or 0.5
    Index factor = 4;
    double minimum_valid_fraction = 0;
    double smoothing_radius = 250; ///< km
    bool noise = false, subset = false;
    bool synthetic = false; ///< the inputs come from the built-in world: outputs say so
    std::uint64_t seed = 1;
};

/// Makes a cube step by step; prints an estimate of memory and disk first. Throws DataError, InputMissing, ConfigError,
/// CannotCreate before anything is written.
void prepare(const PrepareOptions& options, const std::string& output, bool overwrite);

} // namespace gwsd::data
