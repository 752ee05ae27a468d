#include "score/well_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/io/units.hpp"
#include "score/prediction_file.hpp"

namespace gwsd::score {

namespace {

/// Weighted means of wells and field by month.
class MeanPair {
public:
    void add(geo::Month month, double weight, double wells, double field)
    {
        auto& [w, a, b] = sums_[month];
        w += weight, a += weight * wells, b += weight * field;
    }
    SeriesPair pair() const
    {
        SeriesPair result;
        for (const auto& [month, sum] : sums_) {
            result.months.push_back(month);
            result.wells.push_back(sum[1] / sum[0]);
            result.field.push_back(sum[2] / sum[0]);
            result.weights.push_back(sum[0]);
        }
        return result;
    }

private:
    std::map<geo::Month, std::array<double, 3>> sums_;
};

/// The field less its mean over its months, and over its standard deviation if asked for.
MonthlySeries field_anomaly(const MonthlySeries& field, const std::set<geo::Month>& months, bool standardised)
{
    Moments m;
    for (const auto& [month, value] : field)
        if (months.contains(month)) m.add(1, value, value);
    const double sd = standardised ? m.truth_sd() : 1.0;
    MonthlySeries result;
    for (const auto& [month, value] : field)
        if (months.contains(month) && sd > 0) result[month] = (value - m.truth_mean()) / sd;
    return result;
}

/// Scores of the series of a variant; cells are independent of each other.
void score_variant(WellVariant& variant, int max_lag)
{
    variant.score = score_pair(variant.region, max_lag);
    variant.trends = rank_trends(variant.region);
    variant.cell_scores.resize(variant.cells.size());
    variant.cell_trends.resize(variant.cells.size());
    parallel_for(std::ssize(variant.cells), 1, [&](Index begin, Index end) {
        for (auto c = static_cast<std::size_t>(begin); c < static_cast<std::size_t>(end); ++c) {
            variant.cell_scores[c] = score_pair(variant.cells[c], max_lag);
            variant.cell_trends[c] = rank_trends(variant.cells[c]);
        }
    });
    variant.lags = lag_curves(variant.region, variant.score, variant.cell_scores, max_lag);
}

} // namespace

WellAnomalies well_anomalies(const WellsOptions& options, const WellTable& table, const WellField& field)
{
    if (options.measure != "depth" && options.measure != "level")
        throw ConfigError("--measure " + options.measure + ": expects depth or level");
    const auto factor = unit_factor(options.well_unit, "mm");
    if (!factor) throw ConfigError("--well-unit " + options.well_unit + ": is not a length");
    const double sign = (options.measure == "depth" ? -1 : 1) * *factor;

    WellAnomalies result;
    for (std::size_t c = 0; c < field.cells.size(); ++c)
        for (const std::size_t w : field.cells[c].wells) {
            WellAnomalies::Member member{w, c, {}, not_defined, {}};
            Moments m;
            SeriesPair pair;
            for (const auto& [month, value] : table.wells[w].values)
                if (const auto at = field.cells[c].field.find(month); at != field.cells[c].field.end()) {
                    m.add(1, sign * value, sign * value);
                    member.anomaly[month] = sign * value;
                    pair.months.push_back(month);
                    pair.wells.push_back(sign * value);
                    pair.field.push_back(at->second);
                }
            member.sd = m.truth_sd();
            if (m.n < static_cast<double>(options.min_months) || !(member.sd > 0)) {
                ++result.too_short;
                continue;
            }
            for (auto& [month, value] : member.anomaly) value -= m.truth_mean();
            member.score = score_pair(pair, static_cast<int>(options.max_lag));
            result.members.push_back(std::move(member));
        }
    if (result.members.empty())
        throw DataError(options.wells + ": no well has " + std::to_string(options.min_months) +
                        " months in common with " + field.description + "; lower --min-months, or check the periods");
    return result;
}

std::vector<WellVariant> well_variants(const WellsOptions& options, const WellTable& table, const WellField& field,
                                       const WellAnomalies& anomalies)
{
    std::vector<WellVariant> variants{{"standardised", "sd", {}, {}, {}, {}, 0, {}, {}, {}}};
    if (field.is_water)
        for (const std::string& name : table.yields) variants.push_back({name, "mm", {}, {}, {}, {}, 0, {}, {}, {}});

    std::vector<std::set<geo::Month>> months(field.cells.size()); // of each cell, that any of its wells has
    for (const auto& member : anomalies.members)
        for (const auto& [month, value] : member.anomaly) months[member.cell].insert(month);

    for (std::size_t v = 0; v < variants.size(); ++v) {
        WellVariant& variant = variants[v];
        const bool standardised = v == 0;
        std::vector<MeanPair> cells(field.cells.size());
        std::vector<MonthlySeries> fields;
        for (std::size_t c = 0; c < field.cells.size(); ++c)
            fields.push_back(field_anomaly(field.cells[c].field, months[c], standardised));
        for (const auto& member : anomalies.members) {
            const double yield = standardised ? 1 / member.sd : table.wells[member.well].specific_yield[v - 1];
            if (!(yield > 0)) continue;
            ++variant.wells;
            for (const auto& [month, value] : member.anomaly)
                if (const auto at = fields[member.cell].find(month); at != fields[member.cell].end())
                    cells[member.cell].add(month, 1, yield * value, at->second);
        }
        MeanPair region;
        for (std::size_t c = 0; c < cells.size(); ++c) {
            SeriesPair pair = cells[c].pair();
            // In the region each well counts alike where courses are compared, each area where water is.
            if (!standardised) pair.weights.assign(pair.months.size(), field.cells[c].area);
            for (std::size_t i = 0; i < pair.months.size(); ++i)
                region.add(pair.months[i], pair.weights[i], pair.wells[i], pair.field[i]);
            variant.cells.push_back(std::move(pair));
        }
        variant.region = region.pair();
        score_variant(variant, static_cast<int>(options.max_lag));
    }
    std::erase_if(variants, [](const WellVariant& variant) { return variant.wells == 0; });
    return variants;
}

} // namespace gwsd::score
