#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::score {

struct EvaluateOptions {
    std::string prediction; ///< output of `gwsd downscale`
    std::string truth;      ///< FILE or FILE:VARIABLE; empty: the cube's reference
    std::string cube;       ///< the cube that was refined
    std::string output;     ///< folder for scores.json, CSV tables, PNG, report.html
    std::string metrics;    ///< metrics.csv of the training run, for loss curves; empty: none
    Index bootstrap = 500;  ///< replicates; 0: no intervals
    std::uint64_t seed = 1;
    bool overwrite = false;
    bool pictures = true;               ///< false: numbers and tables alone, in a fraction of the time
    std::vector<std::string> also;      ///< further outputs of `gwsd downscale`, NAME=FILE, scored beside the first
    std::vector<std::string> baselines; ///< names of baseline_names(); empty: all. "nearest" is always there
    std::string command;                ///< for the report
};

struct EvaluateSummary {
    std::string table;   ///< plain text: methods by rows, scores by columns, a block for each set
    std::string verdict; ///< one sentence
    std::string scores;  ///< scores.json as text
};

/// Scores a prediction against the truth beside the baselines, on unseen years and unseen regions as the prediction's
/// attributes name them (see infer/downscale.hpp), and writes the report (SPEC 6, 8).
///
/// Sets. `unseen_years`: the steps of the test period, cells outside every holdout region and its buffer.
/// `unseen_regions`: cells inside a holdout region, every step with a truth, whether or not other cells were trained on
/// that step. Without a test period `validation` takes the place of `unseen_years`; where nothing was held out, `all`
/// scores every step and says that they may have been trained on. In each set all methods are scored on the same cells
/// and steps: those where the truth and every method have a value.
///
/// Without a truth (truth mode "none") only consistency with the coarse field is scored, and the report says so.
///
/// The output folder appears whole or not at all. With `overwrite`, an existing folder keeps the files that are not
/// evaluate's own. Memory does not grow with the number of steps. The result does not depend on the number of threads.
/// Throws InputMissing, DataError (grids, units or steps that do not fit), CannotCreate, UsageError (a name that no
/// baseline has), DeviceUnavailable (a baseline whose library the build has not).
EvaluateSummary evaluate(const EvaluateOptions& options);

} // namespace gwsd::score
