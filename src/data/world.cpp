#include "gwsd/data/world.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <string>

#include "gwsd/core/error.hpp"
#include "gwsd/core/progress.hpp"

namespace gwsd::data {
namespace {

constexpr geo::Month baseline_from = geo::Month::of(2002, 4), baseline_to = geo::Month::of(2020, 12);

std::vector<double> centres(const std::vector<double>& edges)
{
    std::vector<double> result;
    for (std::size_t i = 0; i + 1 < edges.size(); ++i) result.push_back(0.5 * (edges[i] + edges[i + 1]));
    return result;
}

// Whole turns removed, so that a cell is computed from the same number however its region is written.
std::vector<double> canonical(std::vector<double> lons)
{
    for (double& lon : lons) lon -= 360.0 * std::floor((lon + 180.0) / 360.0);
    return lons;
}

} // namespace

bool without_groundwater(double lat, double lon)
{
    if (lat < -60.0) return true;
    // East of Baffin Bay, Nares Strait and the Lincoln Sea, west of Iceland and Svalbard.
    const double west = lat < 76.0 ? -59.0 : (lat < 78.5 ? -74.0 : (lat < 81.0 ? -68.0 : -62.5));
    const double east = lat < 68.0 ? -28.0 : -10.0;
    return lat > 59.5 && lat < 84.0 && lon > west && lon < east && !(lat < 66.7 && lon > -25.0);
}

World::World(const WorldOptions& options)
    : coarse_(geo::regular_grid(0.5, options.region)),
      fine_(geo::refine(coarse_, factor)),
      time_(geo::TimeAxis::months(options.period.first_month(), options.period.last_month())),
      model_(options.seed, centres(fine_.lat_edges), canonical(centres(fine_.lon_edges)), options.unseen)
{
    if (options.period.empty() || options.period.first_month() < world::LandModel::epoch)
        throw ConfigError("built-in world: the period starts in " + geo::to_string(options.period.first_month()) +
                          ", but its history begins in " + geo::to_string(world::LandModel::epoch) +
                          "; ask for a later period");
}

void World::compute_baseline()
{
    std::vector<double> sum(static_cast<std::size_t>(fine_.cells()), 0.0);
    world::MonthFields fields;
    model_.restart();
    Progress progress("world's baseline", baseline_to.index - model_.next().index + 1);
    const int start = model_.next().index;
    while (model_.next() < baseline_from) model_.step(nullptr);
    while (model_.next() <= baseline_to) {
        model_.step(&fields, world::LandModel::Wanted::storage);
        progress.update(model_.next().index - start);
        for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += static_cast<double>(fields.storage[i]);
    }
    const double months = baseline_to.index - baseline_from.index + 1;
    baseline_.resize(sum.size());
    std::transform(sum.begin(), sum.end(), baseline_.begin(), [&](double s) { return static_cast<float>(s / months); });
    for (Index row = 0; row < fine_.rows(); ++row)
        for (Index col = 0; col < fine_.cols(); ++col) {
            const double lon = fine_.lon(col) - 360.0 * std::floor((fine_.lon(col) + 180.0) / 360.0);
            if (without_groundwater(fine_.lat(row), lon))
                baseline_[static_cast<std::size_t>(row * fine_.cols() + col)] = std::numeric_limits<float>::quiet_NaN();
        }
    model_.restart();
}

void World::read(Index t, world::MonthFields& fields)
{
    if (t < 0 || t >= time_.size())
        throw ShapeError("built-in world: month " + std::to_string(t) + " of " + std::to_string(time_.size()));
    if (baseline_.empty()) compute_baseline();
    const geo::Month wanted = time_.month(t);
    if (model_.next() > wanted) model_.restart();
    Progress progress("world's past", wanted.index - model_.next().index);
    for (const int start = model_.next().index; model_.next() < wanted;) {
        model_.step(nullptr);
        progress.update(model_.next().index - start);
    }
    model_.step(&fields);
    for (std::size_t i = 0; i < baseline_.size(); ++i) fields.storage[i] -= baseline_[i];
}

} // namespace gwsd::data
