#pragma once

#include <vector>

#include "gwsd/score/cycle.hpp"
#include "gwsd/score/lag_correlation.hpp"
#include "gwsd/score/moments.hpp"
#include "gwsd/score/rank_trend.hpp"

namespace gwsd::score {

/// Two series over the same months.
struct SeriesPair {
    std::vector<geo::Month> months;
    std::vector<double> wells, field;
    std::vector<double> weights; ///< sum of the weights that a month's means were made with
};

/// How well two series go together.
struct PairScore {
    Index n = 0;
    double r = not_defined, low = not_defined, high = not_defined; ///< Pearson, 95 % interval
    double effective_n = not_defined;
    int lag = 0; ///< months that the wells follow the field by, at the largest r; negative: they lead
    double r_at_lag = not_defined;
    double sd_wells = not_defined, sd_field = not_defined;
    KlingGupta kge;            ///< of the field, the wells taken as truth
    double rmse = not_defined; ///< unit of the series
    Trend trend_wells{not_defined, not_defined, {}}, trend_field{not_defined, not_defined, {}};
    std::vector<LaggedCorrelation> lags; ///< from -max_lag to max_lag

    /// 1: trends differ by less than 1.96 standard errors of their difference, 0: by more, -1: not known.
    int trends_agree() const;
};

/// Fewer than 3 months give no r.
PairScore score_pair(const SeriesPair& pair, int max_lag);

/// Trends by ranks of wells and field, in unit a year.
struct PairTrends {
    RankTrend wells, field;

    /// 1: Sen's slopes have the same sign, 0: they do not, -1: not known.
    int signs_agree() const;
    /// 1: the 95 % intervals of Sen's slopes overlap, 0: they do not, -1: not known.
    int intervals_overlap() const;
};

PairTrends rank_trends(const SeriesPair& pair);

/// Share of the cells whose answer is known for which it is yes; NaN if there is none.
double share_of(const std::vector<PairTrends>& cells, int (PairTrends::*question)() const);

/// The same pair, each series without its annual cycle; empty if it has fewer than 24 months.
SeriesPair without_cycle(const SeriesPair& pair);

} // namespace gwsd::score
