#pragma once

#include <map>
#include <string>
#include <vector>

#include "gwsd/score/cycle.hpp"
#include "gwsd/score/moments.hpp"
#include "score/well_field.hpp"

namespace gwsd::score {

/// Two series over the same months.
struct SeriesPair {
    std::vector<geo::Month> months;
    std::vector<double> wells, field;
};

/// How well two series go together.
struct PairScore {
    Index n = 0;
    double r = not_defined, low = not_defined, high = not_defined; ///< Pearson, 95 % interval
    double effective_n = not_defined;
    Index lag = 0; ///< months that the wells follow the field by, at the largest r; negative: they lead
    double r_at_lag = not_defined;
    double sd_wells = not_defined, sd_field = not_defined;
    Trend trend_wells{not_defined, not_defined, {}}, trend_field{not_defined, not_defined, {}};

    /// 1: trends differ by less than 1.96 standard errors of their difference, 0: by more, -1: not known.
    int trends_agree() const;
};

/// `field_of` gives the whole series that lags are looked for in. Fewer than 3 months give no r.
PairScore score_pair(const SeriesPair& pair, Index max_lag);

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
};

/// The standardised variant, and one for each column of specific yield where the field is water.
std::vector<WellVariant> well_variants(const WellsOptions& options, const WellTable& table, const WellField& field,
                                       const WellAnomalies& anomalies);

} // namespace gwsd::score
