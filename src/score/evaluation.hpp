#pragma once

#include <map>
#include <string>
#include <vector>

#include "gwsd/score/blocks.hpp"
#include "gwsd/score/probabilistic.hpp"
#include "gwsd/score/spectrum.hpp"

namespace gwsd::score {

/// A score by its key in scores.json; NaN where it is not defined.
struct Score {
    std::string key;
    double value = not_defined;
    Interval interval{}; ///< 95 %, NaN where none was made
};

/// A method in one set.
struct MethodResult {
    std::string name, kind; ///< kind: "model" or "baseline"
    std::vector<Score> scores;
    Calibration calibration;
    std::vector<Spectrum::Line> spectrum;

    /// The score of this key; NaN if there is none.
    const Score& at(const std::string& key) const;
};

struct SetResult {
    std::string name, description, best_baseline; ///< the baseline of smallest MAE
    Index steps = 0, cells = 0, blocks = 0;
    double n = 0, truth_sd = not_defined;
    std::vector<MethodResult> methods;

    const MethodResult& method(const std::string& name) const; ///< throws ShapeError if there is none
};

/// Agreement with the coarse field and smoothness, over all land and steps; needs no truth.
struct Consistency {
    std::string name, kind;
    double mass_cell_max, mass_cell_rms, mass_region_max, mass_region_rms, seam_index, subgrid_sd;
};

/// All numbers of an evaluation.
struct Evaluation {
    std::vector<SetResult> sets;          ///< unseen_years (or validation, or all), unseen_regions; those with cells
    std::vector<Consistency> consistency; ///< methods in order; the first is gwsd
    std::string quantity, unit, truth_mode, truth, coarse, projection, leakage, baseline;
    std::string first_step, last_step;
    bool synthetic = false, monthly = true;
    double truth_seam_index = not_defined, stated_mass_residual = not_defined;
    double mass_residual_max = not_defined; ///< at the block that the projection makes exact
    std::string mass_residual_block;
    double sigma_steps = 0; ///< steps that the baselines' constant error comes from
    std::string sigma_source;
    std::map<std::string, std::string> attributes; ///< of the prediction, those of gwsd
    Index bootstrap = 0;
    std::string verdict;
};

} // namespace gwsd::score
