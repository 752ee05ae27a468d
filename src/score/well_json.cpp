#include "score/json_number.hpp"
#include "score/well_summary.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

namespace {

Json answer(int known) { return known < 0 ? Json(nullptr) : Json(known == 1); }
Json numbers(double low, double high) { return Json::array({number(low), number(high)}); }

Json json_of(const PairScore& score)
{
    return {{"n", score.n},
            {"r", number(score.r)},
            {"r_interval", numbers(score.low, score.high)},
            {"effective_n", number(score.effective_n)},
            {"lag_months", score.lag},
            {"r_at_lag", number(score.r_at_lag)},
            {"sd_wells", number(score.sd_wells)},
            {"sd_field", number(score.sd_field)},
            {"trend_wells", number(score.trend_wells.per_year)},
            {"trend_wells_standard_error", number(score.trend_wells.standard_error)},
            {"trend_field", number(score.trend_field.per_year)},
            {"trend_field_standard_error", number(score.trend_field.standard_error)},
            {"trends_agree", answer(score.trends_agree())}};
}

Json json_of(const RankTrend& trend)
{
    return {{"sen_slope", number(trend.slope.per_year)},
            {"interval", numbers(trend.slope.low, trend.slope.high)},
            {"mann_kendall_s", number(trend.test.s)},
            {"tau", number(trend.test.tau)},
            {"variance_factor", number(trend.test.variance_factor)},
            {"z", number(trend.test.z)},
            {"p", number(trend.test.p)}};
}

Json json_of(const PairTrends& trends)
{
    return {{"wells", json_of(trends.wells)},
            {"field", json_of(trends.field)},
            {"signs_agree", answer(trends.signs_agree())},
            {"intervals_overlap", answer(trends.intervals_overlap())}};
}

Json json_of(const LagCurves& lags)
{
    Json list = Json::array();
    for (std::size_t k = 0; k < lags.region.size(); ++k) {
        const LaggedCorrelation& at = lags.region[k];
        Json row{{"lag_months", at.lag},
                 {"n", at.n},
                 {"effective_n", number(at.effective_n)},
                 {"r", number(at.r)},
                 {"r_interval", numbers(at.low, at.high)},
                 {"significant", at.significant()}};
        if (!lags.without_cycle.empty()) {
            const LaggedCorrelation& rest = lags.without_cycle[k];
            row["r_without_cycle"] = number(rest.r);
            row["r_without_cycle_interval"] = numbers(rest.low, rest.high);
        }
        row["cells"] = lags.cells[k];
        row["cells_median_r"] = number(lags.median[k]);
        row["cells_quartiles_r"] = numbers(lags.lower_quartile[k], lags.upper_quartile[k]);
        list.push_back(row);
    }
    return list;
}

Json cells_of(const WellVariant& variant)
{
    std::vector<double> r, kge, rmse;
    for (const PairScore& score : variant.cell_scores)
        r.push_back(score.r), kge.push_back(score.kge.value()), rmse.push_back(score.rmse);
    r = sorted_values(std::move(r));
    Json json{{"n", r.size()},
              {"median_r", number(median(r))},
              {"share_above_0", number(share_above(r, 0))},
              {"share_above_0.5", number(share_above(r, 0.5))},
              {"share_trend_signs_agree", number(share_of(variant.cell_trends, &PairTrends::signs_agree))},
              {"share_trend_intervals_overlap", number(share_of(variant.cell_trends, &PairTrends::intervals_overlap))}};
    if (variant.is_water()) {
        json["median_kge"] = number(median(sorted_values(std::move(kge))));
        json["median_rmse"] = number(median(sorted_values(std::move(rmse))));
    }
    return json;
}

Json json_of(const GainScores& scores, bool water)
{
    Json json = Json::object();
    for (std::size_t s = 0; s < (water ? gain_names.size() : 1); ++s)
        json[gain_names[s]] = {{"field", number(scores[s].field)},
                               {"coarse", number(scores[s].coarse)},
                               {"gain", number(scores[s].gain)},
                               {"interval", numbers(scores[s].interval.low, scores[s].interval.high)}};
    return json;
}

Json json_of(const VariantGain& gain, bool water)
{
    return {{"region", json_of(gain.region, water)},
            {"cells_median", json_of(gain.median, water)},
            {"cells", gain.scored},
            {"cells_with_larger_r", gain.better},
            {"bootstrap_years", gain.years},
            {"bootstrap_places", gain.places}};
}

Json agreement_of(const std::vector<CellAgreement>& cells)
{
    std::vector<double> pairwise, common;
    Index several = 0;
    for (const CellAgreement& cell : cells) {
        if (cell.wells > 1) ++several;
        pairwise.push_back(cell.mean_r), common.push_back(cell.common_share);
    }
    pairwise = sorted_values(std::move(pairwise)), common = sorted_values(std::move(common));
    return {{"cells_with_several_wells", several},
            {"cells_compared", pairwise.size()},
            {"median_mean_pairwise_r", number(median(pairwise))},
            {"share_above_0.5", number(share_above(pairwise, 0.5))},
            {"median_common_share", number(median(common))}};
}

} // namespace

std::string wells_json(const WellsOptions& options, const WellComparison& comparison)
{
    const WellField& field = comparison.field;
    Json json{{"field", field.description},
              {"unit", field.unit},
              {"measure", options.measure},
              {"well_unit", options.well_unit},
              {"wells", comparison.anomalies.members.size()},
              {"cells", field.cells.size()},
              {"left_out",
               {{"without_coordinates", comparison.table.without_site},
                {"outside_grid", field.outside},
                {"cell_without_value", field.without_value},
                {"cell_without_coarse", field.without_coarse},
                {"too_few_months", comparison.anomalies.too_short}}},
              {"min_months", options.min_months}};
    if (comparison.coarse) {
        json["coarse"] = comparison.coarse->field.description;
        json["seed"] = options.seed;
        json["verdict"] = comparison.coarse->verdict;
    }
    json["wells_of_one_cell"] = agreement_of(comparison.agreement);
    Json variants = Json::object();
    for (std::size_t i = 0; i < comparison.variants.size(); ++i) {
        const WellVariant& v = comparison.variants[i];
        Json variant = json_of(v.score);
        variant["unit"] = v.unit;
        variant["wells"] = v.wells;
        if (!v.region.months.empty()) {
            variant["first_month"] = to_string(v.region.months.front());
            variant["last_month"] = to_string(v.region.months.back());
        }
        if (v.is_water()) {
            variant["kge"] = number(v.score.kge.value());
            variant["kge_alpha"] = number(v.score.kge.alpha);
            variant["kge_beta"] = number(v.score.kge.beta);
            variant["rmse"] = number(v.score.rmse);
        }
        variant["rank_trends"] = json_of(v.trends);
        variant["cells"] = cells_of(v);
        variant["lags"] = json_of(v.lags);
        if (comparison.coarse) variant["gain"] = json_of(comparison.coarse->gains[i], v.is_water());
        variants[v.name] = variant;
    }
    json["series"] = variants;
    return json.dump(2) + "\n";
}

} // namespace gwsd::score
