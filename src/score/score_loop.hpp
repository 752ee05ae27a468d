#pragma once

#include <functional>
#include <vector>

#include "score/baselines/baselines.hpp"
#include "score/constant_errors.hpp"
#include "score/summarise.hpp"

namespace gwsd::score {

/// One step with every field on the fine grid, as scores and pictures see it.
struct StepFields {
    Index t = 0; ///< of the cube
    const ScoredStep* step = nullptr;
    std::vector<std::vector<float>> value; ///< of each method: predictions, then baselines
    std::vector<std::vector<float>> error; ///< of each prediction; empty where it has none
};

/// All that a pass over the steps gives.
struct ScoreSums {
    std::vector<NamedSums> methods;
    TruthSums truth;
    SeamIndex truth_seam;
    Index steps_without_coarse = 0; ///< predicted without a satellite field: not scored, since nothing can be compared
};

/// Reads every step once and adds it to the sums of all methods; `watch` sees each step too (for pictures). Methods are
/// summed in parallel, each by one thread, so results do not depend on the number of threads.
ScoreSums score_steps(const EvaluationInput& input, const ScoredCells& cells, const Baselines& baselines,
                      const ConstantErrors& errors, const std::function<void(const StepFields&)>& watch);

/// Reads one step again. False if it has no coarse field.
bool read_step(const EvaluationInput& input, const Baselines& baselines, Index t, StepFields& fields);

} // namespace gwsd::score
