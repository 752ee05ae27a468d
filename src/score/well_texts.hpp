#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gwsd/score/image.hpp"
#include "score/well_agreement.hpp"
#include "score/well_gain.hpp"
#include "score/well_scores.hpp"

namespace gwsd::score {

/// The same wells, cells and months against the coarse product.
struct CoarseComparison {
    WellField field;
    WellAnomalies anomalies;
    std::vector<WellVariant> variants;
    std::vector<VariantGain> gains;
    std::string verdict;
};

/// All that a comparison with wells gives.
struct WellComparison {
    WellTable table;
    WellField field;
    WellAnomalies anomalies;
    std::vector<WellVariant> variants;
    std::vector<CellAgreement> agreement; ///< of each cell of the field
    std::optional<CoarseComparison> coarse;
};

std::string wells_table(const WellsOptions& options, const WellComparison& comparison);
std::string wells_json(const WellsOptions& options, const WellComparison& comparison);
std::string well_cells_csv(const WellComparison& comparison);  ///< a row a cell and variant
std::string well_points_csv(const WellComparison& comparison); ///< a row a well
std::string well_series_csv(const WellComparison& comparison); ///< a row a month, columns by variant
std::string well_lags_csv(const WellComparison& comparison);   ///< a row a lag and variant

/// Pearson's r by well and by cell, with the coast; beside a coarse product the gain of r as well.
Image wells_map(const WellComparison& comparison);
/// Wells and field over time, one plot a variant.
Image wells_series(const WellComparison& comparison);
/// r by lag, one plot a variant.
Image wells_lags(const WellComparison& comparison);

} // namespace gwsd::score
