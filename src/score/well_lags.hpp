#pragma once

#include <vector>

#include "score/well_pairs.hpp"

namespace gwsd::score {

/// Correlation by lag of one variant. All curves run from -max_lag to max_lag; a positive lag: wells follow the field.
struct LagCurves {
    std::vector<LaggedCorrelation> region;        ///< of the region's series
    std::vector<LaggedCorrelation> without_cycle; ///< of the same without their annual cycles; empty below 24 months
    std::vector<double> median, lower_quartile, upper_quartile; ///< of r over cells
    std::vector<Index> cells;                                   ///< cells with an r at this lag
};

LagCurves lag_curves(const SeriesPair& region, const PairScore& score, const std::vector<PairScore>& cells,
                     int max_lag);

} // namespace gwsd::score
