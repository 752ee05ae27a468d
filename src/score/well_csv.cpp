#include <map>

#include "score/text.hpp"
#include "score/well_texts.hpp"

namespace gwsd::score {

namespace {

/// One line of a CSV file; a number that is not defined leaves its field empty.
class Line {
public:
    Line& text(const std::string& value)
    {
        line_ += (first_ ? "" : ",") + csv_text(value);
        first_ = false;
        return *this;
    }
    Line& numbers(std::initializer_list<double> values)
    {
        for (const double value : values) text(exact_text(value));
        return *this;
    }
    Line& count(Index value) { return text(std::to_string(value)); }
    Line& answer(int known) { return text(known < 0 ? "" : known == 1 ? "1" : "0"); }
    std::string end() const { return line_ + "\n"; }

private:
    std::string line_;
    bool first_ = true;
};

void add_trend(Line& line, const RankTrend& trend)
{
    line.numbers({trend.slope.per_year, trend.slope.low, trend.slope.high, trend.test.tau, trend.test.p});
}

} // namespace

std::string well_cells_csv(const WellComparison& comparison)
{
    std::string text =
        "series,lat,lon,wells,n,r,r_low,r_high,lag_months,r_at_lag,sd_wells,sd_field,trend_wells,trend_field,"
        "kge,kge_alpha,kge_beta,rmse,sen_wells,sen_wells_low,sen_wells_high,tau_wells,p_wells,"
        "sen_field,sen_field_low,sen_field_high,tau_field,p_field,trend_signs_agree,trend_intervals_overlap,"
        "well_pairs,mean_pairwise_r,lowest_pairwise_r,common_share";
    if (comparison.coarse)
        for (const std::string name : gain_names)
            text += "," + name + "_coarse,gain_" + name + ",gain_" + name + "_low,gain_" + name + "_high";
    text += "\n";
    const geo::Grid& grid = comparison.field.grid;
    for (std::size_t v = 0; v < comparison.variants.size(); ++v) {
        const WellVariant& variant = comparison.variants[v];
        for (std::size_t c = 0; c < variant.cell_scores.size(); ++c) {
            const PairScore& s = variant.cell_scores[c];
            const PairTrends& trends = variant.cell_trends[c];
            const CellAgreement& agreement = comparison.agreement[c];
            if (s.n == 0) continue;
            const WellCell& cell = comparison.field.cells[c];
            Line line;
            line.text(variant.name).numbers({grid.lat(cell.row), grid.lon(cell.col)});
            line.count(agreement.wells).count(s.n);
            line.numbers({s.r, s.low, s.high, static_cast<double>(s.lag), s.r_at_lag, s.sd_wells, s.sd_field,
                          s.trend_wells.per_year, s.trend_field.per_year});
            if (variant.is_water())
                line.numbers({s.kge.value(), s.kge.alpha, s.kge.beta, s.rmse});
            else
                line.numbers({not_defined, not_defined, not_defined, not_defined});
            add_trend(line, trends.wells), add_trend(line, trends.field);
            line.answer(trends.signs_agree()).answer(trends.intervals_overlap());
            line.count(agreement.pairs).numbers({agreement.mean_r, agreement.lowest_r, agreement.common_share});
            if (comparison.coarse)
                for (const ScoreGain& gain : comparison.coarse->gains[v].cells[c])
                    line.numbers({gain.coarse, gain.gain, gain.interval.low, gain.interval.high});
            text += line.end();
        }
    }
    return text;
}

std::string well_points_csv(const WellComparison& comparison)
{
    std::string text = "id,lat,lon,n,r,r_low,r_high,lag_months,r_at_lag,sd_mm,cell_lat,cell_lon";
    text += comparison.coarse ? ",r_coarse,gain_r\n" : "\n";
    const geo::Grid& grid = comparison.field.grid;
    for (std::size_t i = 0; i < comparison.anomalies.members.size(); ++i) {
        const auto& member = comparison.anomalies.members[i];
        const Well& well = comparison.table.wells[member.well];
        const WellCell& cell = comparison.field.cells[member.cell];
        const PairScore& s = member.score;
        Line line;
        line.text(well.id).numbers({well.lat, well.lon}).count(s.n);
        line.numbers({s.r, s.low, s.high, static_cast<double>(s.lag), s.r_at_lag, member.sd, grid.lat(cell.row),
                      grid.lon(cell.col)});
        if (comparison.coarse) {
            const double coarse = comparison.coarse->anomalies.members[i].score.r;
            line.numbers({coarse, s.r - coarse});
        }
        text += line.end();
    }
    return text;
}

std::string well_series_csv(const WellComparison& comparison)
{
    std::string text = comparison.coarse ? "month,series,wells,field,unit,coarse\n" : "month,series,wells,field,unit\n";
    for (std::size_t v = 0; v < comparison.variants.size(); ++v) {
        const WellVariant& variant = comparison.variants[v];
        MonthlySeries coarse;
        if (comparison.coarse) {
            const SeriesPair& region = comparison.coarse->variants[v].region;
            for (std::size_t i = 0; i < region.months.size(); ++i) coarse[region.months[i]] = region.field[i];
        }
        for (std::size_t i = 0; i < variant.region.months.size(); ++i) {
            const geo::Month month = variant.region.months[i];
            Line line;
            line.text(to_string(month)).text(variant.name);
            line.numbers({variant.region.wells[i], variant.region.field[i]}).text(variant.unit);
            if (comparison.coarse) line.numbers({coarse.contains(month) ? coarse[month] : not_defined});
            text += line.end();
        }
    }
    return text;
}

std::string well_lags_csv(const WellComparison& comparison)
{
    std::string text =
        "series,lag_months,n,effective_n,r,r_low,r_high,significant,r_without_cycle,r_without_cycle_low,"
        "r_without_cycle_high,cells,cells_median_r,cells_lower_quartile_r,cells_upper_quartile_r\n";
    for (const WellVariant& v : comparison.variants)
        for (std::size_t k = 0; k < v.lags.region.size(); ++k) {
            const LaggedCorrelation& at = v.lags.region[k];
            const LaggedCorrelation rest = v.lags.without_cycle.empty() ? LaggedCorrelation{} : v.lags.without_cycle[k];
            Line line;
            line.text(v.name).count(at.lag).count(at.n).numbers({at.effective_n, at.r, at.low, at.high});
            line.answer(at.significant() ? 1 : 0).numbers({rest.r, rest.low, rest.high}).count(v.lags.cells[k]);
            line.numbers({v.lags.median[k], v.lags.lower_quartile[k], v.lags.upper_quartile[k]});
            text += line.end();
        }
    return text;
}

} // namespace gwsd::score
