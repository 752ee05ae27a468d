#include "score/well_scores.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <set>

#include "gwsd/core/error.hpp"
#include "gwsd/io/units.hpp"
#include "score/prediction_file.hpp"

namespace gwsd::score {

namespace {

Moments moments_of(const std::vector<double>& a, const std::vector<double>& b)
{
    Moments m;
    for (std::size_t i = 0; i < a.size(); ++i) m.add(1, a[i], b[i]);
    return m;
}

/// Correlation of a series with itself a month later, over the months that have both.
double memory(const std::vector<geo::Month>& months, const std::vector<double>& values)
{
    Moments m;
    for (std::size_t i = 1; i < months.size(); ++i)
        if (months[i].index == months[i - 1].index + 1) m.add(1, values[i - 1], values[i]);
    const double r = m.n >= 3 ? m.correlation() : not_defined;
    return std::isfinite(r) ? r : 0.0;
}

/// r of wells at t + lag against the field at t, over the months that have both.
double correlation_at(const SeriesPair& pair, Index lag)
{
    std::map<int, double> field;
    for (std::size_t i = 0; i < pair.months.size(); ++i) field[pair.months[i].index] = pair.field[i];
    Moments m;
    for (std::size_t i = 0; i < pair.months.size(); ++i)
        if (const auto at = field.find(pair.months[i].index - static_cast<int>(lag)); at != field.end())
            m.add(1, pair.wells[i], at->second);
    return m.n >= 12 ? m.correlation() : not_defined;
}

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

} // namespace

int PairScore::trends_agree() const
{
    const double error = std::hypot(trend_wells.standard_error, trend_field.standard_error);
    if (!std::isfinite(error)) return -1;
    return std::abs(trend_wells.per_year - trend_field.per_year) < 1.96 * error ? 1 : 0;
}

PairScore score_pair(const SeriesPair& pair, Index max_lag)
{
    PairScore score;
    score.n = std::ssize(pair.months);
    if (score.n < 3) return score;
    const Moments m = moments_of(pair.wells, pair.field);
    score.r = m.correlation();
    score.sd_wells = m.prediction_sd(), score.sd_field = m.truth_sd();
    // Two series with memory have fewer independent pairs (Bartlett 1946); the interval is Fisher's.
    const double product = std::clamp(memory(pair.months, pair.wells) * memory(pair.months, pair.field), -0.99, 0.99);
    score.effective_n =
        std::clamp(static_cast<double>(score.n) * (1 - product) / (1 + product), 2.0, static_cast<double>(score.n));
    if (score.effective_n > 3.5 && std::abs(score.r) < 1) {
        const double z = std::atanh(score.r), half = 1.96 / std::sqrt(score.effective_n - 3);
        score.low = std::tanh(z - half), score.high = std::tanh(z + half);
    }
    score.r_at_lag = score.r;
    for (Index lag = -max_lag; lag <= max_lag; ++lag) {
        const double r = correlation_at(pair, lag);
        if (r > score.r_at_lag) score.r_at_lag = r, score.lag = lag;
    }
    score.trend_wells = fit_trend(pair.months, pair.wells);
    score.trend_field = fit_trend(pair.months, pair.field);
    return score;
}

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
            member.score = score_pair(pair, options.max_lag);
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
    std::vector<WellVariant> variants{{"standardised", "sd", {}, {}, {}, {}, 0}};
    if (field.is_water)
        for (const std::string& name : table.yields) variants.push_back({name, "mm", {}, {}, {}, {}, 0});

    std::vector<std::set<geo::Month>> months(field.cells.size()); // of each cell, that any of its wells has
    for (const auto& member : anomalies.members)
        for (const auto& [month, value] : member.anomaly) months[member.cell].insert(month);

    for (std::size_t v = 0; v < variants.size(); ++v) {
        WellVariant& variant = variants[v];
        const bool standardised = v == 0;
        std::vector<MeanPair> cells(field.cells.size());
        MeanPair region;
        std::vector<MonthlySeries> fields;
        for (std::size_t c = 0; c < field.cells.size(); ++c)
            fields.push_back(field_anomaly(field.cells[c].field, months[c], standardised));
        for (const auto& member : anomalies.members) {
            const double yield = standardised ? 1 / member.sd : table.wells[member.well].specific_yield[v - 1];
            if (!(yield > 0)) continue;
            ++variant.wells;
            for (const auto& [month, value] : member.anomaly) {
                const auto at = fields[member.cell].find(month);
                if (at == fields[member.cell].end()) continue;
                cells[member.cell].add(month, 1, yield * value, at->second);
                if (standardised) region.add(month, 1, yield * value, at->second);
            }
        }
        for (std::size_t c = 0; c < cells.size(); ++c) {
            variant.cells.push_back(cells[c].pair());
            variant.cell_scores.push_back(score_pair(variant.cells.back(), options.max_lag));
            if (standardised) continue;
            const SeriesPair& pair = variant.cells.back();
            for (std::size_t i = 0; i < pair.months.size(); ++i)
                region.add(pair.months[i], field.cells[c].area, pair.wells[i], pair.field[i]);
        }
        variant.region = region.pair();
        variant.score = score_pair(variant.region, options.max_lag);
    }
    std::erase_if(variants, [](const WellVariant& variant) { return variant.wells == 0; });
    return variants;
}

} // namespace gwsd::score
