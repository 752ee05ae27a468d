#pragma once

#include "gwsd/train/recalibration.hpp"
#include "train/error_ratios.hpp"

namespace gwsd::train {

struct RecalibrationOptions {
    std::string method = "conformal";
    Index least = 50; ///< pieces that a group must have for a factor of its own
};

/// Fills method, factors and observed levels of `r`, whose zones say what the groups are. A ratio is |error| over the
/// network's own sigma.
///
/// none: factors of 1. variance: the root mean square of the ratios, of trained and of unseen places each. isotonic:
/// the isotonic map from predicted to observed probability (Kuleshov et al. 2018, arXiv 1807.00263) of the central
/// interval about the mean, of both kinds of places each; the factor is what it gives at 90 %. conformal:
/// split-conformal by group (Mondrian; Vovk et al. 2005) with the normalised score |error| / sigma: the quantile of the
/// ratios at level 0.9 (1 + 1/n) over 1.645, n the group's pieces (the pooled form for clustered data, Dunn et al.
/// 2022, arXiv 1809.07441). A group with fewer than `least` pieces takes the quantile of its zone over all seasons,
/// else of all trained or unseen places. Without any error of unseen places they are treated as trained ones.
///
/// Returns the number of groups that have a factor of their own. Throws NumericalError if there is no error at all.
Index fit_recalibration(Recalibration& r, const GroupedErrors& errors, const RecalibrationOptions& options);

} // namespace gwsd::train
