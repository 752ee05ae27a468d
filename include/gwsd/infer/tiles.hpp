#pragma once

#include <span>
#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::infer {

/// Tiles of tile x tile coarse cells that cover a grid, at most `stride` cells apart, with t = 0. They lie at multiples
/// of the stride counted from the south pole and the date line, so that a part of the globe has the tiles of the whole,
/// except at its edges: there a tile is moved inward to lie inside the grid. On a periodic grid they go round evenly. A
/// grid smaller than a tile has one tile at its first cell, which is padded.
std::vector<data::Tile> tile_layout(const geo::Grid& coarse, Index tile, Index stride);

/// The tiles that hold a fine cell of land.
std::vector<data::Tile> tiles_with_land(const std::vector<data::Tile>& tiles, const geo::Grid& coarse, Index factor,
                                        Index tile, std::span<const float> land);

/// Joins predictions of overlapping tiles into one map. A tile's weight falls as sin^2 from 1 to nearly 0 over the
/// overlap at its edges, in rows and columns; where one tile alone covers a cell, its prediction is taken as it is.
class Blend {
public:
    /// `overlap`: coarse cells that neighbours share; the tiles are all that will ever be added to a map.
    Blend(const geo::Grid& fine, Index factor, Index tile, Index overlap, const std::vector<data::Tile>& tiles);

    /// Adds weight * values of a tile, [factor tile, factor tile], to `map` [fine cells]. Padding is left out.
    void add(const data::Tile& tile, std::span<const float> values, std::span<float> map) const;

private:
    template <class Work>
    void each_cell(const data::Tile& tile, Index first_row, Index last_row, const Work& work) const;

    Index rows_, cols_, factor_, side_;
    bool periodic_;
    std::vector<float> taper_; ///< along a tile's side
    std::vector<float> total_; ///< of the weights at each fine cell
};

} // namespace gwsd::infer
