#pragma once

#include <cstdint>
#include <string>

#include "gwsd/core/shape.hpp"

namespace gwsd::score {

struct EvaluateOptions {
    std::string prediction; ///< output of `gwsd downscale`
    std::string truth;      ///< FILE or FILE:VARIABLE; empty: the cube's reference
    std::string cube;       ///< the cube that was refined
    std::string output;     ///< folder for scores.json, CSV tables, PNG, report.html
    std::string metrics;    ///< metrics.csv of the training run, for loss curves; empty: none
    Index bootstrap = 500;
    std::uint64_t seed = 1;
    bool overwrite = false;
};

struct EvaluateSummary {
    std::string table;   ///< plain text: methods by rows, scores by columns, a block for each set
    std::string verdict; ///< one sentence
    std::string scores;  ///< scores.json as text
};

/// Scores a prediction against the truth beside all interpolations, on unseen years and unseen regions as the
/// prediction's attributes name them (see infer/downscale.hpp), and writes the report (SPEC 6, 8).
EvaluateSummary evaluate(const EvaluateOptions& options);

} // namespace gwsd::score
