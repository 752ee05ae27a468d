#include "score/scored_cells.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "gwsd/core/error.hpp"

namespace gwsd::score {

namespace {

/// Does `region`, widened by `buffer` degrees, hold the whole cell, or touch it? Longitudes may be a turn apart.
bool relates(const geo::Region& region, double buffer, const geo::Region& cell, bool whole)
{
    constexpr double slack = 1e-6;
    const double south = region.south - buffer, north = region.north + buffer;
    for (const double turn : {-360.0, 0.0, 360.0}) {
        const double west = region.west - buffer + turn, east = region.east + buffer + turn;
        const bool holds = cell.west >= west - slack && cell.east <= east + slack && cell.south >= south - slack &&
                           cell.north <= north + slack;
        const bool touches = cell.east > west + slack && cell.west < east - slack && cell.north > south + slack &&
                             cell.south < north - slack;
        if (whole ? holds : touches) return true;
    }
    return false;
}

std::vector<char> steps_within(const EvaluationInput& input, const geo::Period& period)
{
    std::vector<char> active;
    for (const Index t : input.steps) {
        const auto day = input.info().time.day(t);
        active.push_back(day >= period.first && day <= period.last);
    }
    return active;
}

Index count(const std::vector<char>& active) { return std::count(active.begin(), active.end(), char{1}); }

std::string text_of(const geo::Period& period)
{
    return geo::date_text(period.first) + " to " + geo::date_text(period.last);
}

/// The set that scores the training region: test steps, else validation steps. Empty if neither was predicted.
std::vector<ScoreSet> training_region_sets(const EvaluationInput& input)
{
    const std::string where =
        input.split.holdouts.empty() ? "all land" : "land outside holdout regions and their buffer";
    for (const auto& [name, period] :
         {std::pair{"unseen_years", input.split.test}, std::pair{"validation", input.split.validation}}) {
        if (!period) continue;
        auto active = steps_within(input, *period);
        const Index steps = count(active);
        if (steps == 0) continue;
        const std::string kind = std::string(name) == "validation" ? "the validation period " : "the test period ";
        return {{name, where + ", steps of " + kind + text_of(*period), std::move(active), steps}};
    }
    return {};
}

} // namespace

ScoredCells choose_cells(const EvaluationInput& input)
{
    ScoredCells cells;
    const io::CubeInfo& info = input.info();
    const geo::Grid &fine = info.fine, &coarse = info.coarse;
    const std::vector<char> all(input.steps.size(), 1);
    if (input.truth) {
        cells.sets = training_region_sets(input);
        if (!input.split.holdouts.empty())
            cells.sets.push_back({"unseen_regions",
                                  "land inside the holdout regions, every step with a truth, whether or not other "
                                  "regions were trained on it",
                                  all, std::ssize(input.steps)});
        if (cells.sets.empty())
            cells.sets.push_back({"all", "all land and steps; nothing was held out, so they may have been trained on",
                                  all, std::ssize(input.steps)});
    }
    const int holdout_set = input.split.holdouts.empty() ? -1 : static_cast<int>(cells.sets.size()) - 1;
    const int training_set = cells.sets.empty() || holdout_set == 0 ? -1 : 0;

    std::map<std::pair<int, int>, std::int32_t> block_of;
    cells.first.push_back(0);
    for (Index row = 0; row < coarse.rows(); ++row)
        for (Index col = 0; col < coarse.cols(); ++col) {
            for (Index r = row * info.factor; r < (row + 1) * info.factor; ++r)
                for (Index c = col * info.factor; c < (col + 1) * info.factor; ++c) {
                    const auto i = static_cast<std::size_t>(r * fine.cols() + c);
                    if (!(input.land_fraction[i] > 0)) continue;
                    cells.cell.push_back(static_cast<std::uint32_t>(i));
                    const double width =
                        fine.lon_edges[static_cast<std::size_t>(c + 1)] - fine.lon_edges[static_cast<std::size_t>(c)];
                    cells.weight.push_back(
                        static_cast<float>(fine.row_weight(r) * width * static_cast<double>(input.land_fraction[i])));
                }
            if (cells.cell.size() == cells.first.back()) continue;
            cells.first.push_back(cells.cell.size());
            cells.coarse.push_back(static_cast<std::uint32_t>(row * coarse.cols() + col));
            const auto at = [](const std::vector<double>& edges, Index i) {
                return edges[static_cast<std::size_t>(i)];
            };
            const geo::Region cell{at(coarse.lon_edges, col), at(coarse.lat_edges, row), at(coarse.lon_edges, col + 1),
                                   at(coarse.lat_edges, row + 1)};
            int set = training_set;
            for (const geo::Region& region : input.split.holdouts) {
                if (relates(region, 0, cell, true)) {
                    set = holdout_set;
                    break;
                }
                if (relates(region, input.split.buffer, cell, false)) set = -1;
            }
            cells.set.push_back(static_cast<std::int8_t>(set));
            const auto cut = [](double degrees) {
                return static_cast<int>(std::floor(degrees / ScoredCells::block_degrees));
            };
            const std::pair key{cut(coarse.lat(row) + 90), cut(coarse.lon(col) + 180)}; // anchored to the globe
            const auto [found, added] = block_of.try_emplace(key, static_cast<std::int32_t>(block_of.size()));
            cells.block.push_back(found->second);
        }
    cells.blocks = std::ssize(block_of);
    if (cells.cell.empty()) throw DataError("the cube's land fraction is 0 everywhere: there is nothing to score");
    int first_year = 0;
    for (const Index t : input.steps) {
        const int year = info.time.month(t).year();
        if (cells.year.empty()) first_year = year;
        cells.year.push_back(year - first_year);
    }
    cells.years = cells.year.back() + 1;
    return cells;
}

} // namespace gwsd::score
