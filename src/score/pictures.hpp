#pragma once

#include <string>
#include <vector>

#include "gwsd/score/image.hpp"
#include "gwsd/score/map.hpp"
#include "score/evaluation.hpp"
#include "score/picture_data.hpp"

namespace gwsd::score {

/// A picture of the report.
struct Picture {
    std::string file, section, caption; ///< file: its name in the report's folder
    Image image;
};

/// Maps of one step: coarse field, best baseline, prediction, truth (one colour range), error, standard error.
std::vector<Picture> step_maps(const EvaluationInput& input, const Baselines& baselines, const PictureData& data,
                               const Evaluation& evaluation, const Coast& coast);
/// Maps over all steps: gain over the best baseline, annual amplitude, trend.
std::vector<Picture> summary_maps(const EvaluationInput& input, const ScoredCells& cells, const ScoreSums& sums,
                                  const PictureData& data, const Evaluation& evaluation, const Coast& coast);
/// Time series of some places.
std::vector<Picture> series_plots(const Baselines& baselines, const PictureData& data, const Evaluation& evaluation);
/// Reliability, PIT, spectra, coherence, for each set.
std::vector<Picture> score_plots(const Evaluation& evaluation);
/// Curves of the columns of metrics.csv that name a loss, training and validation in one picture each. Throws
/// InputMissing, DataError.
std::vector<Picture> loss_plots(const std::string& metrics);

/// Files that pictures may have, for the report's folder.
const std::vector<std::string>& picture_files();

} // namespace gwsd::score
