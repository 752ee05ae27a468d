#pragma once

#include <string>

#include "score/evaluation.hpp"

namespace gwsd::score {

/// scores.json (SPEC 8).
std::string scores_json(const Evaluation& evaluation);
/// Plain text: methods by rows, scores by columns, a block for each set.
std::string scores_table(const Evaluation& evaluation);
/// One sentence or two: what the model adds over the best baseline, with intervals.
std::string verdict_of(const Evaluation& evaluation);

/// Unit of a score: the field's own, its unit a year, months, km, or "1".
std::string unit_of(const std::string& key, const std::string& unit);

std::string scores_csv(const Evaluation& evaluation);      ///< set, method, kind, score, value, low, high
std::string calibration_csv(const Evaluation& evaluation); ///< set, method, quantity, level, value
std::string spectra_csv(const Evaluation& evaluation); ///< set, method, wavelength_km, power, truth_power, coherence

} // namespace gwsd::score
