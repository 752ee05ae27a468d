#pragma once

#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "gwsd/data/batch.hpp"

namespace gwsd::data {

/// Tiles of tile x tile coarse cells every `stride` cells that cover the grid: the last ones end at its edge. Columns
/// go round a periodic grid. A grid smaller than a tile has one, at its first cell. All have t = 0.
std::vector<Tile> tile_positions(const geo::Grid& coarse, Index tile, Index stride);

/// The tiles of which at least `minimum_share` of the cells inside the grid, and at least one, are usable (fine cells,
/// 1 where a target counts).
std::vector<Tile> usable_tiles(const geo::Grid& coarse, Index factor, const std::vector<Tile>& tiles, Index tile,
                               const std::vector<char>& usable, double minimum_share);

/// Steps of the window of `t` without a coarse field; steps before the axis begins count.
Index missing_in_window(const BatchMaker& maker, Index t);

/// The steps that can be a target: the coarse field is there, and at most `max_missing` steps of the window lack it.
std::vector<Index> steps_with_window(const BatchMaker& maker, std::span<const Index> steps, Index max_missing);

/// Every tile at every step, step by step.
std::vector<Tile> every_sample(std::span<const Index> steps, const std::vector<Tile>& tiles);

/// How an epoch's samples are drawn.
struct DrawOptions {
    std::uint64_t seed = 1;
    Index samples = 0;     ///< an epoch; 0: all
    Index tile = 32;       ///< coarse cells along a tile's side
    Index jitter = 0;      ///< a tile is moved by up to half of this many coarse cells either way
    Index group_steps = 0; ///< samples of this many steps come together, so that their fields stay in memory; 0: no
                           ///< grouping
    bool mirror = false;   ///< half of the samples are turned over north to south, half east to west
    double told = 0;       ///< share of the samples whose first guess is that of a place never seen
};

/// The samples of an epoch in their order. Every random number is keyed by (seed, epoch, sample), so an epoch is the
/// same whenever and wherever it is drawn.
std::vector<Tile> draw_epoch(const std::vector<Tile>& all, const geo::Grid& coarse, const DrawOptions& options,
                             Index epoch);

/// A random part of the samples, by (seed, sample): the split of preset paper_random. Returns {rest, part}.
std::pair<std::vector<Tile>, std::vector<Tile>> random_split(const std::vector<Tile>& all, double share,
                                                             std::uint64_t seed);

} // namespace gwsd::data
