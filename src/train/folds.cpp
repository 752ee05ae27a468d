#include "train/folds.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "gwsd/core/random.hpp"
#include "gwsd/data/splits.hpp"

namespace gwsd::train {
namespace {

using Folds = std::vector<std::vector<geo::Region>>;

constexpr double block_side = 8; // degrees
constexpr std::uint64_t fold_stream = 0xF01D;

Folds blocks_of_land(const geo::Grid& fine, const std::vector<char>& usable, Index folds, std::uint64_t seed)
{
    std::set<std::pair<int, int>> found; // from the south pole and the date line
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0; col < fine.cols(); ++col)
            if (usable[static_cast<std::size_t>(row * fine.cols() + col)])
                found.emplace(static_cast<int>(std::floor((fine.lat(row) + 90) / block_side)),
                              static_cast<int>(std::floor((fine.lon(col) + 180) / block_side)));
    std::vector<std::pair<int, int>> blocks(found.begin(), found.end());
    Random random(seed, fold_stream);
    for (std::size_t i = blocks.size(); i > 1; --i) std::swap(blocks[i - 1], blocks[random.below(i)]);
    Folds all(static_cast<std::size_t>(folds));
    for (std::size_t i = 0; i < blocks.size(); ++i) {
        const double south = block_side * blocks[i].first - 90, west = block_side * blocks[i].second - 180;
        all[i % all.size()].push_back({west, south, west + block_side, std::min(90.0, south + block_side)});
    }
    return all;
}

Folds strips_of_longitude(const geo::Grid& fine, const std::vector<char>& usable, Index folds)
{
    std::vector<Index> land(static_cast<std::size_t>(fine.cols()), 0);
    for (std::size_t i = 0; i < usable.size(); ++i) land[i % land.size()] += usable[i] ? 1 : 0;
    Index total = 0;
    for (const Index n : land) total += n;
    Folds all;
    Index before = 0;
    std::size_t first = 0;
    for (std::size_t col = 0; col < land.size(); ++col) {
        before += land[col];
        const Index number = std::ssize(all) + 1;
        if (before * folds < number * total && col + 1 < land.size()) continue;
        if (number > folds) break;
        all.push_back(
            {{fine.lon_edges[first], fine.lat_edges.front(), fine.lon_edges[col + 1], fine.lat_edges.back()}});
        first = col + 1;
    }
    all.resize(static_cast<std::size_t>(folds));
    return all;
}

/// The smallest share of the land that a fold's network would see; 0 if a fold leaves out nothing.
double least_left(const geo::Grid& fine, const std::vector<char>& usable, const Folds& folds, double buffer)
{
    const auto land = static_cast<double>(std::count(usable.begin(), usable.end(), char{1}));
    double least = 1;
    for (const auto& regions : folds) {
        if (regions.empty()) return 0;
        const auto outside = data::outside_regions(fine, regions, buffer);
        double left = 0;
        for (std::size_t i = 0; i < usable.size(); ++i) left += usable[i] && outside[i] ? 1 : 0;
        least = std::min(least, left / land);
    }
    return least;
}

} // namespace

std::vector<std::vector<geo::Region>> fold_regions(const geo::Grid& fine, const std::vector<char>& usable, Index folds,
                                                   double buffer, std::uint64_t seed)
{
    Folds blocks = blocks_of_land(fine, usable, folds, seed);
    if (least_left(fine, usable, blocks, buffer) >= 0.5) return blocks;
    Folds strips = strips_of_longitude(fine, usable, folds);
    if (least_left(fine, usable, strips, buffer) > 0) return strips;
    throw ConfigError("train.calibration_folds = " + std::to_string(folds) +
                      ": with data.holdout_buffer = " + std::to_string(buffer) +
                      " degrees around the land that a fold leaves out, none is left to train on; lower the buffer, "
                      "change the number of folds, or set it to 0");
}

std::vector<char> cells_within(const geo::Grid& fine, const std::vector<char>& usable,
                               const std::vector<geo::Region>& regions)
{
    std::vector<char> within = data::outside_regions(fine, regions, 0);
    for (std::size_t i = 0; i < within.size(); ++i) within[i] = usable[i] && !within[i] ? 1 : 0;
    return within;
}

} // namespace gwsd::train
