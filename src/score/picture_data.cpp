#include "score/picture_data.hpp"

#include <algorithm>
#include <cmath>

namespace gwsd::score {

namespace {

constexpr std::size_t candidates = 60;

/// Position in years of a step, such as 2005.5 for mid 2005.
double years_of(const geo::TimeAxis& axis, Index t)
{
    const geo::Month month = axis.month(t);
    const auto day = static_cast<double>(axis.day(t) - geo::first_day(month));
    return month.year() + (month.month() - 1 + day / geo::days_in(month)) / 12;
}

} // namespace

PictureData::PictureData(const EvaluationInput& input, const ScoredCells& cells) : input_(input), cells_(cells)
{
    if (input.info().time.monthly) {
        prediction_cycle_.emplace(cells.land_cells());
        if (input.truth) truth_cycle_.emplace(cells.land_cells());
    }
    for (const auto set : cells.set)
        if (set >= 0 && (map_set_ < 0 || set < map_set_)) map_set_ = set;
    const geo::Grid& fine = input.info().fine;
    const std::size_t count = std::min(candidates, cells.coarse.size());
    for (std::size_t c = 0; c < count; ++c) {
        const std::size_t k = (2 * c + 1) * cells.coarse.size() / (2 * count);
        PlaceSeries place;
        place.land_cell = (cells.first[k] + cells.first[k + 1]) / 2;
        const auto at = static_cast<Index>(cells.cell[place.land_cell]);
        place.lat = fine.lat(at / fine.cols()), place.lon = fine.lon(at % fine.cols());
        if (place.lon > 180) place.lon -= 360;
        if (cells.set[k] >= 0) place.set = cells.sets[static_cast<std::size_t>(cells.set[k])].name;
        candidates_.push_back(std::move(place));
    }
}

void PictureData::watch(const StepFields& fields)
{
    const ScoredStep& step = *fields.step;
    const auto land_values = [&](std::span<const float> field) {
        std::vector<float> values;
        values.reserve(cells_.cell.size());
        for (const std::uint32_t at : cells_.cell) values.push_back(field[at]);
        return values;
    };
    if (prediction_cycle_) prediction_cycle_->add(step.month, land_values(fields.value.front()));
    if (truth_cycle_) truth_cycle_->add(step.month, land_values(step.truth));

    const auto set = static_cast<std::size_t>(std::max(0, map_set_));
    const bool usable = map_set_ < 0 || step.active[set];
    const auto& active = map_set_ < 0 ? std::vector<char>(input_.steps.size(), 1) : cells_.sets[set].active;
    Index first = 0, last = std::ssize(active) - 1;
    while (first < last && !active[static_cast<std::size_t>(first)]) ++first;
    while (last > first && !active[static_cast<std::size_t>(last)]) --last;
    const Index distance = std::abs(2 * step.number - first - last);
    if (usable && (map_step_ < 0 || distance < distance_)) map_step_ = fields.t, distance_ = distance;

    const std::size_t predictions = input_.predictions.size();
    for (PlaceSeries& place : candidates_) {
        const std::uint32_t at = cells_.cell[place.land_cell];
        const auto value = [at](const std::vector<float>& field) {
            return field.empty() ? not_defined : static_cast<double>(field[at]);
        };
        place.time.push_back(years_of(input_.info().time, fields.t));
        place.truth.push_back(step.truth.empty() ? not_defined : static_cast<double>(step.truth[at]));
        place.value.push_back(value(fields.value.front()));
        place.error.push_back(value(fields.error.front()));
        place.baselines.resize(fields.value.size() - predictions);
        for (std::size_t b = 0; b < place.baselines.size(); ++b)
            place.baselines[b].push_back(value(fields.value[predictions + b]));
    }
}

/// Standard deviation of what lies below the coarse cell.
double PictureData::interest(const PlaceSeries& place) const
{
    double n = 0, sum = 0, squares = 0;
    for (std::size_t i = 0; i < place.time.size(); ++i) {
        const double fine = input_.truth ? place.truth[i] : place.value[i], d = fine - place.baselines.front()[i];
        if (!std::isfinite(d)) continue;
        n += 1, sum += d, squares += d * d;
    }
    return n > 1 ? std::sqrt(std::max(0.0, squares / n - sum / n * sum / n)) : -1.0;
}

std::vector<PlaceSeries> PictureData::places(std::size_t wanted) const
{
    std::vector<const PlaceSeries*> order;
    for (const PlaceSeries& place : candidates_)
        if (!place.time.empty() && interest(place) >= 0) order.push_back(&place);
    std::stable_sort(order.begin(), order.end(),
                     [this](const PlaceSeries* a, const PlaceSeries* b) { return interest(*a) > interest(*b); });
    const geo::Region bounds = input_.info().fine.bounds();
    const double apart = std::min(bounds.east - bounds.west, bounds.north - bounds.south) / 8;
    std::vector<PlaceSeries> chosen;
    // Sets take turns, so that unseen regions are seen beside unseen years; then whatever is left.
    for (const bool any : {false, true})
        for (std::size_t turn = 0; chosen.size() < wanted && turn < 2 * wanted; ++turn) {
            const std::string set = cells_.sets.empty() ? "" : cells_.sets[turn % cells_.sets.size()].name;
            const auto found = std::find_if(order.begin(), order.end(), [&](const PlaceSeries* place) {
                return (any || place->set == set) &&
                       std::all_of(chosen.begin(), chosen.end(), [&](const PlaceSeries& other) {
                           return std::hypot(place->lat - other.lat, place->lon - other.lon) > apart;
                       });
            });
            if (found != order.end()) chosen.push_back(**found);
        }
    return chosen;
}

} // namespace gwsd::score
