#pragma once

#include <string>
#include <vector>

#include "score/baselines/baselines.hpp"
#include "score/scored_cells.hpp"

namespace gwsd::score {

/// The standard error that a baseline would be given by someone who knows its usual error: one number a method,
/// so that CRPS and coverage can be compared with those of a model that predicts its own.
struct ConstantErrors {
    std::vector<double> sigma; ///< one a name of Baselines, 0 if it could not be estimated
    Index steps = 0;
    std::string source;
};

/// RMSE of each baseline over steps that are not scored (validation steps, else training steps, at most 36 of them
/// evenly spread) and over land outside the holdout regions.
ConstantErrors constant_errors(const EvaluationInput& input, const ScoredCells& cells, const Baselines& baselines);

} // namespace gwsd::score
