#include "score/well_texts.hpp"

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "score/text.hpp"

namespace gwsd::score {

namespace {

using Json = nlohmann::ordered_json;

Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

Json json_of(const PairScore& score)
{
    const int agree = score.trends_agree();
    return {{"n", score.n},
            {"r", number(score.r)},
            {"r_interval", {number(score.low), number(score.high)}},
            {"effective_n", number(score.effective_n)},
            {"lag_months", score.lag},
            {"r_at_lag", number(score.r_at_lag)},
            {"sd_wells", number(score.sd_wells)},
            {"sd_field", number(score.sd_field)},
            {"trend_wells", number(score.trend_wells.per_year)},
            {"trend_wells_standard_error", number(score.trend_wells.standard_error)},
            {"trend_field", number(score.trend_field.per_year)},
            {"trend_field_standard_error", number(score.trend_field.standard_error)},
            {"trends_agree", agree < 0 ? Json(nullptr) : Json(agree == 1)}};
}

/// r of the cells that have one, ascending.
std::vector<double> cell_correlations(const WellVariant& variant)
{
    std::vector<double> list;
    for (const PairScore& score : variant.cell_scores)
        if (std::isfinite(score.r)) list.push_back(score.r);
    std::sort(list.begin(), list.end());
    return list;
}

double median(const std::vector<double>& sorted)
{
    if (sorted.empty()) return not_defined;
    return 0.5 * (sorted[(sorted.size() - 1) / 2] + sorted[sorted.size() / 2]);
}

double share_above(const std::vector<double>& sorted, double limit)
{
    if (sorted.empty()) return not_defined;
    const auto above = sorted.end() - std::upper_bound(sorted.begin(), sorted.end(), limit);
    return static_cast<double>(above) / static_cast<double>(sorted.size());
}

std::string trend_text(const Trend& trend, int decimals)
{
    if (!std::isfinite(trend.per_year)) return "-";
    return fixed_text(trend.per_year, decimals) + " +- " + fixed_text(trend.standard_error, decimals);
}

std::string measure_text(const WellsOptions& options)
{
    return options.measure == "depth" ? "depth to water in " + options.well_unit + ", whose sign is changed"
                                      : "water level in " + options.well_unit;
}

std::string interval_text(const PairScore& score)
{
    return std::isfinite(score.low) ? fixed_text(score.low, 2) + " to " + fixed_text(score.high, 2) : "-";
}

} // namespace

std::string wells_table(const WellsOptions& options, const WellComparison& comparison)
{
    const WellField& field = comparison.field;
    std::string text = "wells against " + field.description + "\n  " +
                       std::to_string(comparison.anomalies.members.size()) + " wells in " +
                       std::to_string(field.cells.size()) + " cells; wells hold " + measure_text(options) + "\n";
    const auto left_out = [&](Index count, const std::string& why) {
        if (count > 0) text += "  left out: " + std::to_string(count) + " wells " + why + "\n";
    };
    left_out(comparison.table.without_site, "without coordinates");
    left_out(field.outside, "outside the field's grid");
    left_out(field.without_value, "in cells without any value");
    left_out(comparison.anomalies.too_short,
             "with fewer than " + std::to_string(options.min_months) + " common months, or that never change");
    text +=
        "\n  series            N      r      95 %          lag  r there   sd wells  sd field   trend wells, /year   "
        "trend field, /year  trends\n";
    for (const WellVariant& v : comparison.variants) {
        const PairScore& s = v.score;
        const int decimals = decimals_for(s.sd_field), agree = s.trends_agree();
        text += "  " + v.name + std::string(v.name.size() < 14 ? 14 - v.name.size() : 1, ' ') +
                padded(std::to_string(s.n), 5) + padded(fixed_text(s.r, 3), 7) + "  " + padded(interval_text(s), 14) +
                padded(std::string(s.lag > 0 ? "+" : "") + std::to_string(s.lag), 5) +
                padded(fixed_text(s.r_at_lag, 3), 9) + padded(fixed_text(s.sd_wells, decimals), 11) +
                padded(fixed_text(s.sd_field, decimals), 10) + padded(trend_text(s.trend_wells, decimals + 1), 21) +
                padded(trend_text(s.trend_field, decimals + 1), 21) +
                (agree < 0 ? "       -"
                 : agree   ? "   agree"
                           : "  differ") +
                "\n";
    }
    text += "\n  cells             n   median r   r > 0   r > 0.5\n";
    for (const WellVariant& v : comparison.variants) {
        const auto list = cell_correlations(v);
        text += "  " + v.name + std::string(v.name.size() < 14 ? 14 - v.name.size() : 1, ' ') +
                padded(std::to_string(list.size()), 5) + padded(fixed_text(median(list), 3), 11) +
                padded(fixed_text(100 * share_above(list, 0), 0) + " %", 8) +
                padded(fixed_text(100 * share_above(list, 0.5), 0) + " %", 10) + "\n";
    }
    return text +
           "\nstandardised: mean of all wells, each over its own standard deviation; others: anomaly times specific "
           "yield in mm, averaged by grid cell\nlag: months that wells follow the field by at the largest r\n";
}

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
                {"too_few_months", comparison.anomalies.too_short}}},
              {"min_months", options.min_months}};
    Json variants = Json::object();
    for (const WellVariant& v : comparison.variants) {
        Json variant = json_of(v.score);
        variant["unit"] = v.unit;
        variant["wells"] = v.wells;
        if (!v.region.months.empty()) {
            variant["first_month"] = to_string(v.region.months.front());
            variant["last_month"] = to_string(v.region.months.back());
        }
        const auto list = cell_correlations(v);
        variant["cells"] = {{"n", list.size()},
                            {"median_r", number(median(list))},
                            {"share_above_0", number(share_above(list, 0))},
                            {"share_above_0.5", number(share_above(list, 0.5))}};
        variants[v.name] = variant;
    }
    json["series"] = variants;
    return json.dump(2) + "\n";
}

std::string well_cells_csv(const WellComparison& comparison)
{
    std::string text =
        "series,lat,lon,wells,n,r,r_low,r_high,lag_months,r_at_lag,sd_wells,sd_field,trend_wells,"
        "trend_field\n";
    const geo::Grid& grid = comparison.field.grid;
    for (const WellVariant& v : comparison.variants)
        for (std::size_t c = 0; c < v.cell_scores.size(); ++c) {
            const PairScore& s = v.cell_scores[c];
            if (s.n == 0) continue;
            const WellCell& cell = comparison.field.cells[c];
            text += csv_text(v.name) + "," + exact_text(grid.lat(cell.row)) + "," + exact_text(grid.lon(cell.col)) +
                    "," + std::to_string(cell.wells.size()) + "," + std::to_string(s.n);
            for (const double value : {s.r, s.low, s.high, static_cast<double>(s.lag), s.r_at_lag, s.sd_wells,
                                       s.sd_field, s.trend_wells.per_year, s.trend_field.per_year})
                text += ',', text += exact_text(value);
            text += "\n";
        }
    return text;
}

std::string well_points_csv(const WellComparison& comparison)
{
    std::string text = "id,lat,lon,n,r,r_low,r_high,lag_months,r_at_lag,sd_mm\n";
    for (const auto& member : comparison.anomalies.members) {
        const Well& well = comparison.table.wells[member.well];
        const PairScore& s = member.score;
        text += csv_text(well.id) + "," + exact_text(well.lat) + "," + exact_text(well.lon) + "," + std::to_string(s.n);
        for (const double value : {s.r, s.low, s.high, static_cast<double>(s.lag), s.r_at_lag, member.sd})
            text += ',', text += exact_text(value);
        text += "\n";
    }
    return text;
}

std::string well_series_csv(const WellComparison& comparison)
{
    std::string text = "month,series,wells,field,unit\n";
    for (const WellVariant& v : comparison.variants)
        for (std::size_t i = 0; i < v.region.months.size(); ++i)
            text += to_string(v.region.months[i]) + "," + csv_text(v.name) + "," + exact_text(v.region.wells[i]) + "," +
                    exact_text(v.region.field[i]) + "," + v.unit + "\n";
    return text;
}

} // namespace gwsd::score
