#include "score/well_pairs.hpp"

#include <cmath>

#include "gwsd/score/seasonal.hpp"

namespace gwsd::score {

int PairScore::trends_agree() const
{
    const double error = std::hypot(trend_wells.standard_error, trend_field.standard_error);
    if (!std::isfinite(error)) return -1;
    return std::abs(trend_wells.per_year - trend_field.per_year) < 1.96 * error ? 1 : 0;
}

PairScore score_pair(const SeriesPair& pair, int max_lag)
{
    PairScore score;
    score.n = std::ssize(pair.months);
    if (score.n < 3) return score;
    const Moments m = lagged_moments(pair.months, pair.field, pair.wells, 0);
    score.sd_wells = m.truth_sd(), score.sd_field = m.prediction_sd();
    score.kge = m.kling_gupta(), score.rmse = m.rmse();
    score.lags = lag_curve(pair.months, pair.wells, pair.field, max_lag);
    const LaggedCorrelation& together = score.lags[static_cast<std::size_t>(max_lag)];
    score.r = together.r, score.low = together.low, score.high = together.high;
    score.effective_n = together.effective_n;
    score.r_at_lag = score.r;
    for (const LaggedCorrelation& at : score.lags)
        if (at.r > score.r_at_lag) score.r_at_lag = at.r, score.lag = at.lag;
    score.trend_wells = fit_trend(pair.months, pair.wells);
    score.trend_field = fit_trend(pair.months, pair.field);
    return score;
}

int PairTrends::signs_agree() const
{
    const double product = wells.slope.per_year * field.slope.per_year;
    if (std::isnan(product)) return -1;
    return product > 0 ? 1 : 0;
}

int PairTrends::intervals_overlap() const
{
    const SenSlope &a = wells.slope, &b = field.slope;
    if (std::isnan(a.low + a.high + b.low + b.high)) return -1;
    return a.low <= b.high && b.low <= a.high ? 1 : 0;
}

PairTrends rank_trends(const SeriesPair& pair)
{
    return {rank_trend(pair.months, pair.wells), rank_trend(pair.months, pair.field)};
}

double share_of(const std::vector<PairTrends>& cells, int (PairTrends::*question)() const)
{
    double known = 0, yes = 0;
    for (const PairTrends& cell : cells)
        if (const int answer = (cell.*question)(); answer >= 0) ++known, yes += answer;
    return known > 0 ? yes / known : not_defined;
}

SeriesPair without_cycle(const SeriesPair& pair)
{
    SeriesPair rest{pair.months, without_cycle(pair.months, pair.wells), without_cycle(pair.months, pair.field),
                    pair.weights};
    return rest.wells.empty() ? SeriesPair{} : rest;
}

} // namespace gwsd::score
