#include <algorithm>
#include <cmath>

#include "score/text.hpp"
#include "score/well_summary.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

namespace {

std::string named(const std::string& name)
{
    return "  " + name + std::string(name.size() < 14 ? 14 - name.size() : 1, ' ');
}

std::string trend_text(const Trend& trend, int decimals)
{
    if (!std::isfinite(trend.per_year)) return "-";
    return fixed_text(trend.per_year, decimals) + " +- " + fixed_text(trend.standard_error, decimals);
}

std::string range_text(double low, double high, int decimals)
{
    return std::isfinite(low) ? fixed_text(low, decimals) + " to " + fixed_text(high, decimals) : "-";
}

std::string answer(int known, const std::string& yes, const std::string& no)
{
    return known < 0 ? "-" : known == 1 ? yes : no;
}

std::string measure_text(const WellsOptions& options)
{
    return options.measure == "depth" ? "depth to water in " + options.well_unit + ", whose sign is changed"
                                      : "water level in " + options.well_unit;
}

std::string head(const WellsOptions& options, const WellComparison& comparison)
{
    const WellField& field = comparison.field;
    std::string text = "wells against " + field.description + "\n  " +
                       std::to_string(comparison.anomalies.members.size()) + " wells in " +
                       std::to_string(field.cells.size()) + " cells; wells hold " + measure_text(options) + "\n";
    if (comparison.coarse)
        text += "  only months that it has in common with the coarse product, " + comparison.coarse->field.description +
                "\n";
    const auto left_out = [&](Index count, const std::string& why) {
        if (count > 0) text += "  left out: " + std::to_string(count) + " wells " + why + "\n";
    };
    left_out(comparison.table.without_site, "without coordinates");
    left_out(field.outside, "outside the field's grid");
    left_out(field.without_value, "in cells without any value");
    left_out(field.without_coarse, "in cells without a month in common with the coarse product");
    left_out(comparison.anomalies.too_short,
             "with fewer than " + std::to_string(options.min_months) + " common months, or that never change");
    return text;
}

std::string region_scores(const WellComparison& comparison)
{
    std::string text =
        "\n  series            N      r      95 %          lag  r there   sd wells  sd field   trend wells, /year   "
        "trend field, /year  trends\n";
    for (const WellVariant& v : comparison.variants) {
        const PairScore& s = v.score;
        const int decimals = decimals_for(s.sd_field);
        text += named(v.name) + padded(std::to_string(s.n), 5) + padded(fixed_text(s.r, 3), 7) + "  " +
                padded(range_text(s.low, s.high, 2), 14) +
                padded(std::string(s.lag > 0 ? "+" : "") + std::to_string(s.lag), 5) +
                padded(fixed_text(s.r_at_lag, 3), 9) + padded(fixed_text(s.sd_wells, decimals), 11) +
                padded(fixed_text(s.sd_field, decimals), 10) + padded(trend_text(s.trend_wells, decimals + 1), 21) +
                padded(trend_text(s.trend_field, decimals + 1), 21) +
                padded(answer(s.trends_agree(), "agree", "differ"), 8) + "\n";
    }
    return text;
}

std::string cell_scores(const WellComparison& comparison)
{
    std::string text = "\n  cells             n   median r   r > 0   r > 0.5\n";
    for (const WellVariant& v : comparison.variants) {
        std::vector<double> list;
        for (const PairScore& score : v.cell_scores) list.push_back(score.r);
        list = sorted_values(std::move(list));
        text += named(v.name) + padded(std::to_string(list.size()), 5) + padded(fixed_text(median(list), 3), 11) +
                padded(percent_text(share_above(list, 0), 0), 8) + padded(percent_text(share_above(list, 0.5), 0), 10) +
                "\n";
    }
    return text;
}

std::string agreement(const WellComparison& comparison)
{
    std::vector<double> pairwise, common;
    Index several = 0, most = 0;
    for (const CellAgreement& cell : comparison.agreement) {
        most = std::max(most, cell.wells);
        if (cell.wells > 1) ++several;
        pairwise.push_back(cell.mean_r), common.push_back(cell.common_share);
    }
    pairwise = sorted_values(std::move(pairwise)), common = sorted_values(std::move(common));
    std::string text = "\n  wells of one cell: up to " + std::to_string(most) +
                       "; cells with more than one: " + std::to_string(several) + "\n";
    if (pairwise.empty()) return text;
    return text + "    mean r between the wells of a cell: median " + fixed_text(median(pairwise), 2) +
           ", above 0.5 in " + percent_text(share_above(pairwise, 0.5), 0) + " of " + std::to_string(pairwise.size()) +
           " cells\n    variance that the mean of a cell has in common: median " + percent_text(median(common), 0) +
           "; so a field that knows just that reaches r = " + fixed_text(std::sqrt(median(common)), 2) + "\n";
}

std::string p_text(double p) { return p < 0.001 ? "<0.001" : fixed_text(p, 3); }

std::string rank_text(const RankTrend& trend, int decimals)
{
    return padded(fixed_text(trend.slope.per_year, decimals), 10) + "  " +
           padded(range_text(trend.slope.low, trend.slope.high, decimals), 18) + padded(p_text(trend.test.p), 8);
}

std::string trends(const WellComparison& comparison)
{
    std::string text =
        "\n  Sen's slope, /year    wells               95 %       p     field               95 %       p    signs  "
        "intervals   of cells: signs agree  intervals overlap\n";
    for (const WellVariant& v : comparison.variants) {
        const int decimals = decimals_for(v.score.sd_field) + 1;
        text += named(v.name) + rank_text(v.trends.wells, decimals) + rank_text(v.trends.field, decimals) +
                padded(answer(v.trends.signs_agree(), "agree", "differ"), 9) +
                padded(answer(v.trends.intervals_overlap(), "overlap", "apart"), 11) +
                padded(percent_text(share_of(v.cell_trends, &PairTrends::signs_agree), 0), 24) +
                padded(percent_text(share_of(v.cell_trends, &PairTrends::intervals_overlap), 0), 19) + "\n";
    }
    return text;
}

std::string amounts(const WellComparison& comparison)
{
    std::string text;
    for (const WellVariant& v : comparison.variants) {
        if (!v.is_water()) continue;
        if (text.empty())
            text = "\n  water             KGE      r  alpha   beta   RMSE, mm   cells: median KGE   RMSE\n";
        std::vector<double> kge, rmse;
        for (const PairScore& s : v.cell_scores) kge.push_back(s.kge.value()), rmse.push_back(s.rmse);
        const PairScore& s = v.score;
        text += named(v.name) + padded(fixed_text(s.kge.value(), 2), 7) + padded(fixed_text(s.kge.r, 2), 7) +
                padded(fixed_text(s.kge.alpha, 2), 7) + padded(fixed_text(s.kge.beta, 2), 7) +
                padded(fixed_text(s.rmse, 1), 11) + padded(fixed_text(median(sorted_values(kge)), 2), 20) +
                padded(fixed_text(median(sorted_values(rmse)), 1), 7) + "\n";
    }
    return text;
}

std::string gain_line(const std::string& name, const std::string& score, const ScoreGain& gain, int decimals)
{
    return named(name) + padded(score, 13) + padded(fixed_text(gain.field, decimals), 10) +
           padded(fixed_text(gain.coarse, decimals), 10) + padded(fixed_text(gain.gain, decimals), 10) + "  " +
           padded(range_text(gain.interval.low, gain.interval.high, decimals), 18) + "\n";
}

std::string gains(const WellComparison& comparison)
{
    if (!comparison.coarse) return "";
    std::string text = "\n  gain              score     field    coarse      gain                95 %\n";
    for (std::size_t v = 0; v < comparison.variants.size(); ++v) {
        const WellVariant& variant = comparison.variants[v];
        const VariantGain& gain = comparison.coarse->gains[v];
        for (std::size_t s = 0; s < (variant.is_water() ? gain_names.size() : 1); ++s) {
            const int decimals = s == 2 ? decimals_for(gain.region[s].field) : 3;
            text += gain_line(variant.name, gain_names[s], gain.region[s], decimals);
            text += gain_line("", "cells' " + std::string(gain_names[s]), gain.median[s], decimals);
        }
    }
    return text + "\n" + comparison.coarse->verdict + "\n";
}

} // namespace

std::string wells_table(const WellsOptions& options, const WellComparison& comparison)
{
    return head(options, comparison) + region_scores(comparison) + cell_scores(comparison) + agreement(comparison) +
           trends(comparison) + amounts(comparison) + gains(comparison) +
           "\nstandardised: mean of all wells, each over its own standard deviation; others: anomaly times specific "
           "yield in mm, averaged by grid cell\nlag: months that wells follow the field by at the largest r\n"
           "Sen's slope and p of Mann-Kendall: without the annual cycle, memory counted (Hamed and Rao 1998)\n" +
           (comparison.coarse ? "gain: above zero where the field is closer to the wells; cells': medians over cells\n"
                              : "");
}

} // namespace gwsd::score
