#include "gwsd/infer/tiles.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "infer/globe_index.hpp"

namespace gwsd::infer {
namespace {

/// First cells of the tiles along an axis of `count` cells of which the first has index `first` on the globe.
std::vector<Index> positions(Index count, Index tile, Index stride, Index first, bool wraps)
{
    if (count <= tile) return {0};
    std::vector<Index> list;
    if (wraps) {
        const Index number = (count + stride - 1) / stride;
        for (Index i = 0; i < number; ++i) list.push_back(((i * count / number - first) % count + count) % count);
        std::sort(list.begin(), list.end());
        return list;
    }
    // From the last multiple of the stride at or before the first cell; tiles over an edge are moved inward.
    for (Index at = -(first % stride); at < count; at += stride) {
        const Index inside = std::clamp<Index>(at, 0, count - tile);
        if (list.empty() || list.back() != inside) list.push_back(inside);
    }
    if (list.front() != 0) list.insert(list.begin(), 0);
    // A tile that its neighbours' moving has made superfluous.
    for (std::size_t i = 1; i + 1 < list.size();)
        if (list[i + 1] - list[i - 1] <= stride)
            list.erase(list.begin() + static_cast<std::ptrdiff_t>(i));
        else
            ++i;
    return list;
}

} // namespace

std::vector<data::Tile> tile_layout(const geo::Grid& coarse, Index tile, Index stride)
{
    if (tile < 1 || stride < 1 || stride > tile)
        throw ShapeError("tiles: expects a side of at least 1 cell and a stride from 1 to the side, got " +
                         std::to_string(tile) + " and " + std::to_string(stride));
    std::vector<data::Tile> tiles;
    const auto cols = positions(coarse.cols(), tile, stride, first_col_on_globe(coarse.lon_edges), coarse.periodic());
    for (const Index row : positions(coarse.rows(), tile, stride, first_row_on_globe(coarse.lat_edges), false))
        for (const Index col : cols) tiles.push_back({0, row, col});
    return tiles;
}

std::vector<data::Tile> tiles_with_land(const std::vector<data::Tile>& tiles, const geo::Grid& coarse, Index factor,
                                        Index tile, std::span<const float> land)
{
    const Index cols = factor * coarse.cols();
    std::vector<data::Tile> list;
    for (const data::Tile& place : tiles) {
        bool any = false;
        const Index last_row = std::min(place.row + tile, coarse.rows()) * factor;
        for (Index row = place.row * factor; row < last_row && !any; ++row)
            for (Index k = 0; k < std::min(tile * factor, cols) && !any; ++k) {
                const Index col = place.col * factor + k;
                if (col >= cols && !coarse.periodic()) break;
                any = land[static_cast<std::size_t>(row * cols + col % cols)] > 0;
            }
        if (any) list.push_back(place);
    }
    return list;
}

Blend::Blend(const geo::Grid& fine, Index factor, Index tile, Index overlap, const std::vector<data::Tile>& tiles)
    : rows_(fine.rows()),
      cols_(fine.cols()),
      factor_(factor),
      side_(factor * tile),
      periodic_(fine.periodic()),
      total_(static_cast<std::size_t>(fine.cells()), 0.0F)
{
    const double ramp = static_cast<double>(overlap * factor);
    for (Index i = 0; i < side_; ++i) {
        const double from_edge = static_cast<double>(std::min(i, side_ - 1 - i)) + 0.5;
        const double height = from_edge < ramp ? std::sin(0.5 * std::numbers::pi * from_edge / ramp) : 1.0;
        taper_.push_back(static_cast<float>(height * height));
    }
    for (const data::Tile& place : tiles)
        each_cell(place, 0, side_, [this](std::size_t cell, std::size_t, float weight) { total_[cell] += weight; });
}

/// Calls work(cell of the grid, cell of the tile, taper) for a tile's cells that lie inside the grid.
template <class Work>
void Blend::each_cell(const data::Tile& tile, Index first_row, Index last_row, const Work& work) const
{
    for (Index r = first_row; r < last_row; ++r) {
        const Index row = tile.row * factor_ + r;
        if (row < 0 || row >= rows_) continue;
        for (Index c = 0; c < std::min(side_, cols_); ++c) {
            Index col = tile.col * factor_ + c;
            if (periodic_) col = (col % cols_ + cols_) % cols_;
            if (col < 0 || col >= cols_) continue;
            work(static_cast<std::size_t>(row * cols_ + col), static_cast<std::size_t>(r * side_ + c),
                 taper_[static_cast<std::size_t>(r)] * taper_[static_cast<std::size_t>(c)]);
        }
    }
}

void Blend::add(const data::Tile& tile, std::span<const float> values, std::span<float> map) const
{
    if (std::ssize(values) != side_ * side_ || map.size() != total_.size())
        throw ShapeError("blend: expects a tile of " + std::to_string(side_ * side_) + " and a map of " +
                         std::to_string(total_.size()) + " cells, got " + std::to_string(values.size()) + " and " +
                         std::to_string(map.size()));
    parallel_for(side_, 16, [&](Index begin, Index end) {
        each_cell(tile, begin, end, [&](std::size_t cell, std::size_t of_tile, float weight) {
            map[cell] += weight / total_[cell] * values[of_tile];
        });
    });
}

} // namespace gwsd::infer
