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
    std::string land; ///< land fraction, PATH:VARIABLE; empty: a static of that name, else where fields are valid
    std::string region, period; ///< "W,S,E,N"; "YYYY-MM:YYYY-MM"; empty: all that the inputs share
    std::string quantity;       ///< "gwsa" (default) or "tws"
    std::string operator_kind;  ///< "gaussian" (default) or "area-mean"
    std::string assume_units;
    double resolution = 0; ///< coarse, degrees; 0: the coarse field's own, or 0.5
    Index factor = 4;
    double minimum_valid_fraction = 0;
    double smoothing_radius = 250;        ///< km
    bool noise = false;                   ///< adds noise to the operator's view
    double noise_sigma = 0;               ///< mm (the target's unit); 0: the product's own sigma
    double noise_correlation = 300;       ///< km
    bool subset = false;                  ///< accepts predictors that cover a part of region or period
    std::string outside;                  ///< such a predictor beyond its files: nearest (default) or missing
    bool instants = false;                ///< keeps each step as an instant, even where no month has two
    bool synthetic = false;               ///< the inputs come from the built-in world: outputs say so (found by itself)
    std::uint64_t seed = 1;               ///< of the noise
    std::string command = "gwsd prepare"; ///< for the history
};

struct PrepareSummary {
    std::string path; ///< of the cube
    Index steps = 0, coarse_rows = 0, coarse_cols = 0, fine_rows = 0, fine_cols = 0;
    Index steps_with_coarse = 0, steps_with_reference = 0;
    double land = 0; ///< share of the fine grid's area
    std::vector<std::string> predictors;
    double seconds = 0;
};

/// Makes a cube step by step; prints an estimate of memory and disk first. `output` ending in .nc gives one file, else
/// a folder with a file a year; empty: cube.nc, or the folder cube where that would be large. Nothing appears before
/// all of it is written. Throws DataError, InputMissing, ConfigError, CannotCreate.
PrepareSummary prepare(const PrepareOptions& options, const std::string& output, bool overwrite);

/// Every file that the options name, patterns expanded, each once: what a cube depends on. Names of predictors that are
/// no files are left out. Throws InputMissing for a pattern that nothing matches.
std::vector<std::string> input_files(const PrepareOptions& options);

} // namespace gwsd::data
