#pragma once

#include <vector>

#include "score/well_scores.hpp"

namespace gwsd::score {

/// Whether the wells of one cell tell one story.
struct CellAgreement {
    Index wells = 0;                                     ///< that are used
    Index pairs = 0;                                     ///< of wells with enough months in common
    double mean_r = not_defined, lowest_r = not_defined; ///< Pearson's r of the pairs
    /// Share of the variance of the cell's mean that its wells have in common, the expressed population signal of
    /// Wigley, Briffa and Jones (1984): k r / (1 + (k - 1) r), k wells, r the mean of the pairs; 0 where that is
    /// negative.
    double common_share = not_defined;

    /// The r with the cell's mean that a field would have that knew what the wells have in common and nothing else.
    double ceiling() const;
};

/// One a cell of the field. Two wells are compared over the months that they have in common, at least `min_months`.
std::vector<CellAgreement> well_agreement(const WellAnomalies& anomalies, std::size_t cells, Index min_months);

} // namespace gwsd::score
