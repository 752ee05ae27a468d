#pragma once

#include <map>
#include <string>
#include <vector>

#include "score/well_field.hpp"
#include "score/well_lags.hpp"
#include "score/well_pairs.hpp"

namespace gwsd::score {

/// Wells as anomalies against the field, see wells.hpp.
struct WellAnomalies {
    struct Member {
        std::size_t well = 0, cell = 0;
        MonthlySeries anomaly;   ///< mm, more water is positive
        double sd = not_defined; ///< of the anomaly over the common months
        PairScore score;         ///< of this well alone against its cell
    };
    std::vector<Member> members;
    Index too_short = 0; ///< wells with fewer common months than asked for, or that never change
};

WellAnomalies well_anomalies(const WellsOptions& options, const WellTable& table, const WellField& field);

/// One way to make series of wells: standardised, or by a column of specific yield.
struct WellVariant {
    std::string name, unit;
    SeriesPair region;
    PairScore score;
    std::vector<SeriesPair> cells; ///< of each cell of the field, empty where it has no well left
    std::vector<PairScore> cell_scores;
    Index wells = 0;
    LagCurves lags;
    PairTrends trends;
    std::vector<PairTrends> cell_trends;
    bool is_water() const { return unit == "mm"; } ///< amounts can be compared, not only courses
};

/// The standardised variant, and one for each column of specific yield where the field is water.
std::vector<WellVariant> well_variants(const WellsOptions& options, const WellTable& table, const WellField& field,
                                       const WellAnomalies& anomalies);

} // namespace gwsd::score
