#include "score/well_gain.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"
#include "score/well_summary.hpp"

namespace gwsd::score {

namespace {

constexpr double place_degrees = 2;
constexpr Index least_blocks = 5;
constexpr std::size_t score_count = std::tuple_size_v<GainScores>;
using Scores = std::array<double, score_count>;

/// Sums of the field and of the coarse product against the same wells.
struct Sums {
    Moments field, coarse;

    void add(double weight, double wells, double of_field, double of_coarse)
    {
        field.add(weight, of_field, wells);
        coarse.add(weight, of_coarse, wells);
    }
};

Scores scores_of(const Moments& m, bool water)
{
    return {m.correlation(), water ? m.kge() : not_defined, water ? m.rmse() : not_defined};
}

/// Above zero: the field is closer to the wells.
Scores gains_of(const Sums& sums, bool water)
{
    const Scores a = scores_of(sums.field, water), b = scores_of(sums.coarse, water);
    return {a[0] - b[0], a[1] - b[1], b[2] - a[2]};
}

/// How often each block was drawn.
using Counts = std::vector<int>;

Counts draw(Random& random, Index blocks)
{
    Counts counts(static_cast<std::size_t>(blocks));
    for (Index k = 0; k < blocks; ++k) ++counts[random.below(static_cast<std::uint64_t>(blocks))];
    return counts;
}

/// The series of one variant by month and by cell.
class Comparison {
public:
    Comparison(const WellField& cells, const WellVariant& field, const WellVariant& coarse)
        : water_(field.is_water()), by_cell_(cells.cells.size())
    {
        std::map<std::pair<Index, Index>, std::size_t> places;
        std::map<int, std::size_t> years;
        for (std::size_t c = 0; c < by_cell_.size(); ++c) {
            const SeriesPair &a = field.cells[c], &b = coarse.cells[c];
            const WellCell& cell = cells.cells[c];
            const std::pair at{static_cast<Index>(std::floor(cells.grid.lat(cell.row) / place_degrees)),
                               static_cast<Index>(std::floor(cells.grid.lon(cell.col) / place_degrees))};
            place_.push_back(a.months.empty() ? 0 : places.try_emplace(at, places.size()).first->second);
            for (std::size_t i = 0, j = 0; i < a.months.size(); ++i) {
                while (j < b.months.size() && b.months[j].index < a.months[i].index) ++j;
                if (j == b.months.size() || b.months[j].index != a.months[i].index) continue;
                const std::size_t year = years.try_emplace(a.months[i].year(), years.size()).first->second;
                by_month_[a.months[i].index].push_back({c, year, a.weights[i], a.wells[i], a.field[i], b.field[j]});
            }
        }
        years_ = std::ssize(years), places_ = std::ssize(places);
        for (auto& cell : by_cell_) cell.resize(years.size());
        for (const auto& [month, list] : by_month_)
            for (const Value& v : list) by_cell_[v.cell][v.year].add(1, v.wells, v.field, v.coarse);
    }

    bool water() const { return water_; }
    Index years() const { return years_; }
    Index places() const { return places_; }
    std::size_t cells() const { return by_cell_.size(); }
    std::size_t place(std::size_t cell) const { return place_[cell]; }

    /// Sums of the region's series over the drawn months, a mean over the drawn cells.
    Sums region(const Counts& years, const Counts& places) const
    {
        Sums sums;
        for (const auto& [month, list] : by_month_) {
            const int times = years[list.front().year];
            if (times == 0) continue;
            double w = 0, wells = 0, field = 0, coarse = 0;
            for (const Value& v : list) {
                const double weight = v.weight * places[place_[v.cell]];
                w += weight, wells += weight * v.wells, field += weight * v.field, coarse += weight * v.coarse;
            }
            if (w > 0) sums.add(times, wells / w, field / w, coarse / w);
        }
        return sums;
    }

    Sums cell(std::size_t c, const Counts& years) const
    {
        Sums sums;
        for (std::size_t y = 0; y < years.size(); ++y)
            for (int k = 0; k < years[y]; ++k) sums.field += by_cell_[c][y].field, sums.coarse += by_cell_[c][y].coarse;
        return sums;
    }

private:
    struct Value {
        std::size_t cell, year;
        double weight, wells, field, coarse;
    };
    bool water_;
    Index years_ = 0, places_ = 0;
    std::vector<std::size_t> place_; ///< of each cell
    std::map<int, std::vector<Value>> by_month_;
    std::vector<std::vector<Sums>> by_cell_; ///< by year
};

/// The middle 95 % of what was drawn; NaN if half of it is not defined.
Interval middle_of(std::vector<double> drawn)
{
    const std::size_t all = drawn.size();
    drawn = sorted_values(std::move(drawn));
    if (drawn.size() < 2 || 2 * drawn.size() < all) return {};
    return {quantile(drawn, 0.025), quantile(drawn, 0.975)};
}

void add_intervals(const Comparison& data, VariantGain& gain, std::uint64_t seed, int replicates)
{
    const std::size_t cells = data.cells(), rows = static_cast<std::size_t>(replicates);
    std::vector<Scores> region(rows), medians(rows);
    std::vector<std::array<float, score_count>> each(rows * cells);
    parallel_for(replicates, 1, [&](Index begin, Index end) {
        for (auto row = static_cast<std::size_t>(begin); row < static_cast<std::size_t>(end); ++row) {
            Random random(seed, row + 1);
            const Counts years = draw(random, data.years());
            const Counts places = data.places() < least_blocks ? Counts(static_cast<std::size_t>(data.places()), 1)
                                                               : draw(random, data.places());
            region[row] = gains_of(data.region(years, places), data.water());
            std::array<std::vector<double>, score_count> drawn;
            for (std::size_t c = 0; c < cells; ++c) {
                const Scores scores = gains_of(data.cell(c, years), data.water());
                for (std::size_t s = 0; s < score_count; ++s) {
                    each[row * cells + c][s] = static_cast<float>(scores[s]);
                    drawn[s].insert(drawn[s].end(), static_cast<std::size_t>(places[data.place(c)]), scores[s]);
                }
            }
            for (std::size_t s = 0; s < score_count; ++s) medians[row][s] = median(sorted_values(std::move(drawn[s])));
        }
    });
    const auto column = [&](const auto& value) {
        std::vector<double> list;
        for (std::size_t row = 0; row < rows; ++row) list.push_back(value(row));
        return middle_of(std::move(list));
    };
    for (std::size_t s = 0; s < score_count; ++s) {
        gain.region[s].interval = column([&](std::size_t row) { return region[row][s]; });
        gain.median[s].interval = column([&](std::size_t row) { return medians[row][s]; });
        for (std::size_t c = 0; c < cells; ++c)
            gain.cells[c][s].interval =
                column([&](std::size_t row) { return static_cast<double>(each[row * cells + c][s]); });
    }
}

GainScores scored(const Sums& sums, bool water)
{
    const Scores field = scores_of(sums.field, water), coarse = scores_of(sums.coarse, water);
    const Scores gain = gains_of(sums, water);
    GainScores result;
    for (std::size_t s = 0; s < score_count; ++s) result[s] = {field[s], coarse[s], gain[s], {}};
    return result;
}

VariantGain variant_gain(const Comparison& data, std::uint64_t seed, int replicates)
{
    VariantGain gain;
    gain.years = data.years(), gain.places = data.places();
    const Counts years(static_cast<std::size_t>(gain.years), 1), places(static_cast<std::size_t>(gain.places), 1);
    gain.region = scored(data.region(years, places), data.water());
    for (std::size_t c = 0; c < data.cells(); ++c) gain.cells.push_back(scored(data.cell(c, years), data.water()));
    for (const GainScores& cell : gain.cells) {
        if (std::isnan(cell[0].gain)) continue;
        ++gain.scored;
        if (cell[0].gain > 0) ++gain.better;
    }
    for (std::size_t s = 0; s < score_count; ++s) {
        const auto middle = [&](double ScoreGain::*part) {
            std::vector<double> list;
            for (const GainScores& cell : gain.cells) list.push_back(cell[s].*part);
            return median(sorted_values(std::move(list)));
        };
        gain.median[s] = {middle(&ScoreGain::field), middle(&ScoreGain::coarse), middle(&ScoreGain::gain), {}};
    }
    if (gain.years >= least_blocks) add_intervals(data, gain, seed, replicates);
    return gain;
}

} // namespace

std::vector<VariantGain> well_gains(const WellField& cells, const std::vector<WellVariant>& field,
                                    const std::vector<WellVariant>& coarse, std::uint64_t seed, int replicates)
{
    std::vector<VariantGain> gains;
    for (std::size_t v = 0; v < field.size(); ++v)
        gains.push_back(variant_gain(Comparison(cells, field[v], coarse[v]), seed, replicates));
    return gains;
}

} // namespace gwsd::score
