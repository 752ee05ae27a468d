#include "score/summarise.hpp"

#include <algorithm>
#include <cmath>

#include "gwsd/core/error.hpp"

namespace gwsd::score {

namespace {

/// Scores that follow from block sums, and so have intervals. `reference` are the sums of not downscaling (nearest),
/// `best` those of the best baseline, `first` those of the prediction that is judged.
std::vector<Score> pooled_scores(const BlockSums& sums, const BlockSums& nearest, const BlockSums& best,
                                 const BlockSums& first)
{
    const auto gain = [](double value, double other) { return other > 0 ? 1 - value / other : not_defined; };
    const auto mean_crps = [](const BlockSums& s) {
        return s.sigma_weight > 0 ? s.crps / s.sigma_weight : not_defined;
    };
    const double mae = sums.pairs.mae(), crps = mean_crps(sums);
    return {{"mae", mae},
            {"rmse", sums.pairs.rmse()},
            {"bias", sums.pairs.bias()},
            {"r2", sums.pairs.r2()},
            {"kge", sums.pairs.kge()},
            {"correlation", sums.pairs.correlation()},
            {"subgrid_r2", sums.subgrid.r2()},
            {"crps", crps},
            {"coverage_90", sums.sigma_weight > 0 ? sums.covered_90 / sums.sigma_weight : not_defined},
            {"gain_over_nearest", gain(mae, nearest.pairs.mae())},
            {"gain_over_best_baseline", gain(mae, best.pairs.mae())},
            {"rmse_gain_over_best_baseline", gain(sums.pairs.rmse(), best.pairs.rmse())},
            {"crps_gain_over_best_baseline", gain(crps, mean_crps(best))},
            {"subgrid_r2_over_best_baseline", sums.subgrid.r2() - best.subgrid.r2()},
            {"gain_of_first", gain(first.pairs.mae(), mae)},
            {"subgrid_r2_gain_of_first", first.subgrid.r2() - sums.subgrid.r2()}};
}

/// Median over cells of 1 - SSE / SS(truth about its mean), cells with 12 steps or more (Nash & Sutcliffe 1970).
double median_efficiency(const ScoredCells& cells, std::size_t s, const MethodSums& method, const TruthSums& truth)
{
    std::vector<double> values;
    for (std::size_t k = 0; k < cells.coarse.size(); ++k) {
        if (cells.set[k] != static_cast<int>(s)) continue;
        for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i)
            if (truth.counts()[i] >= 12 && truth.spread(i) > 0)
                values.push_back(1 - method.squares()[i] / truth.spread(i));
    }
    if (values.empty()) return not_defined;
    const auto middle = values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2);
    std::nth_element(values.begin(), middle, values.end());
    return *middle;
}

/// Errors of amplitude (RMS), phase (mean over cells weighted by the truth's amplitude, months) and trend (RMS a year).
std::vector<Score> cycle_scores(const ScoredCells& cells, std::size_t s, const MethodSums& method,
                                const TruthSums& truth)
{
    double weight = 0, amplitude = 0, trend = 0, phase = 0, phase_weight = 0;
    if (method.cycle(s)) {
        Index member = 0;
        for (std::size_t k = 0; k < cells.coarse.size(); ++k) {
            if (cells.set[k] != static_cast<int>(s)) continue;
            for (std::size_t i = cells.first[k]; i < cells.first[k + 1]; ++i, ++member) {
                const Cycle p = method.cycle(s)->fit(member), t = truth.cycle(s)->fit(member);
                const double w = static_cast<double>(cells.weight[i]);
                if (!std::isfinite(p.amplitude) || !std::isfinite(t.amplitude)) continue;
                weight += w;
                amplitude += w * (p.amplitude - t.amplitude) * (p.amplitude - t.amplitude);
                trend += w * (p.trend - t.trend) * (p.trend - t.trend);
                phase += w * t.amplitude * std::abs(phase_difference(p.phase, t.phase));
                phase_weight += w * t.amplitude;
            }
        }
    }
    return {{"amplitude_error", weight > 0 ? std::sqrt(amplitude / weight) : not_defined},
            {"phase_error_months", phase_weight > 0 ? phase / phase_weight : not_defined},
            {"trend_error", weight > 0 ? std::sqrt(trend / weight) : not_defined}};
}

} // namespace

const Score& MethodResult::at(const std::string& key) const
{
    static const Score none;
    const auto found = std::find_if(scores.begin(), scores.end(), [&](const Score& score) { return score.key == key; });
    return found == scores.end() ? none : *found;
}

const MethodResult& SetResult::method(const std::string& wanted) const
{
    for (const MethodResult& method : methods)
        if (method.name == wanted) return method;
    throw ShapeError("scores: set '" + name + "' has no method '" + wanted + "'");
}

SetResult summarise(const ScoredCells& cells, std::size_t s, const std::vector<NamedSums>& methods,
                    const TruthSums& truth, Index replicates, std::uint64_t seed)
{
    SetResult result;
    result.name = cells.sets[s].name;
    result.description = cells.sets[s].description;
    std::vector<std::vector<BlockSums>> blocks; // of those that hold pairs, all methods
    std::vector<BlockSums> totals(methods.size());
    for (std::size_t b = 0; b < methods.front().sums.blocks(s).size(); ++b) {
        if (!(methods.front().sums.blocks(s)[b].pairs.n > 0)) continue;
        blocks.emplace_back();
        for (std::size_t m = 0; m < methods.size(); ++m) {
            blocks.back().push_back(methods[m].sums.blocks(s)[b]);
            totals[m] += blocks.back().back();
        }
    }
    if (blocks.empty()) return result;

    result.steps = truth.steps(s);
    result.blocks = std::ssize(blocks);
    result.n = totals.front().pairs.n;
    result.truth_sd = totals.front().pairs.truth_sd();
    for (std::size_t k = 0; k < cells.coarse.size(); ++k)
        if (cells.set[k] == static_cast<int>(s))
            result.cells += std::count_if(truth.counts().begin() + static_cast<std::ptrdiff_t>(cells.first[k]),
                                          truth.counts().begin() + static_cast<std::ptrdiff_t>(cells.first[k + 1]),
                                          [](std::uint16_t count) { return count > 0; });
    std::size_t nearest = 0, best = 0;
    for (std::size_t m = methods.size(); m-- > 0;) {
        if (methods[m].kind != "baseline") continue;
        if (methods[m].name == "nearest") nearest = m;
        if (methods[best].kind != "baseline" || totals[m].pairs.mae() <= totals[best].pairs.mae()) best = m;
    }
    result.best_baseline = methods[best].name;

    std::vector<Interval> intervals;
    if (replicates > 0)
        intervals = block_bootstrap(
            blocks,
            [nearest, best](const std::vector<BlockSums>& sums) {
                std::vector<double> values;
                for (const BlockSums& of_method : sums)
                    for (const Score& score : pooled_scores(of_method, sums[nearest], sums[best], sums[0]))
                        values.push_back(score.value);
                return values;
            },
            seed, static_cast<int>(replicates));

    std::size_t next = 0;
    for (std::size_t m = 0; m < methods.size(); ++m) {
        const MethodSums& sums = methods[m].sums;
        MethodResult method{methods[m].name,
                            methods[m].kind,
                            pooled_scores(totals[m], totals[nearest], totals[best], totals[0]),
                            sums.calibration(s),
                            {}};
        for (Score& score : method.scores)
            if (next < intervals.size()) score.interval = intervals[next++];
        method.scores.push_back({"nse_median", median_efficiency(cells, s, sums, truth)});
        const Calibration& c = sums.calibration(s);
        method.scores.push_back({"calibration_error", c.calibration_error()});
        method.scores.push_back({"sharpness", c.sharpness()});
        method.scores.push_back({"spread_ratio", c.spread_ratio()});
        method.scores.push_back({"spread_skill_error", c.spread_skill_error()});
        double resolution = not_defined;
        if (sums.spectrum(s)) {
            method.spectrum = sums.spectrum(s)->lines();
            resolution = sums.spectrum(s)->effective_resolution_km();
        }
        method.scores.push_back({"effective_resolution_km", resolution});
        for (const Score& score : cycle_scores(cells, s, sums, truth)) method.scores.push_back(score);
        result.methods.push_back(std::move(method));
    }
    return result;
}

} // namespace gwsd::score
