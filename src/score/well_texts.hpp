#pragma once

#include <string>
#include <vector>

#include "gwsd/score/image.hpp"
#include "score/well_scores.hpp"

namespace gwsd::score {

/// All that a comparison with wells gives.
struct WellComparison {
    WellTable table;
    WellField field;
    WellAnomalies anomalies;
    std::vector<WellVariant> variants;
};

std::string wells_table(const WellsOptions& options, const WellComparison& comparison);
std::string wells_json(const WellsOptions& options, const WellComparison& comparison);
std::string well_cells_csv(const WellComparison& comparison);  ///< a row a cell and variant
std::string well_points_csv(const WellComparison& comparison); ///< a row a well
std::string well_series_csv(const WellComparison& comparison); ///< a row a month, columns by variant

/// Pearson's r of each cell, with the coast.
Image wells_map(const WellComparison& comparison);
/// Wells and field over time, one plot a variant.
Image wells_series(const WellComparison& comparison);

} // namespace gwsd::score
