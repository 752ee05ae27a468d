#include "score/well_lags.hpp"

#include "score/well_summary.hpp"

namespace gwsd::score {

LagCurves lag_curves(const SeriesPair& region, const PairScore& score, const std::vector<PairScore>& cells, int max_lag)
{
    LagCurves curves;
    curves.region = score.lags;
    const SeriesPair rest = without_cycle(region);
    if (!rest.months.empty()) curves.without_cycle = lag_curve(rest.months, rest.wells, rest.field, max_lag);
    for (std::size_t k = 0; k < curves.region.size(); ++k) {
        std::vector<double> at;
        for (const PairScore& cell : cells)
            if (k < cell.lags.size()) at.push_back(cell.lags[k].r);
        at = sorted_values(std::move(at));
        curves.median.push_back(median(at));
        curves.lower_quartile.push_back(quantile(at, 0.25));
        curves.upper_quartile.push_back(quantile(at, 0.75));
        curves.cells.push_back(std::ssize(at));
    }
    return curves;
}

} // namespace gwsd::score
