#include "gwsd/infer/tiles.hpp"

#include <algorithm>
#include <cmath>
#include <set>

#include "gwsd/core/error.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::infer;

namespace {

std::set<Index> rows_of(const std::vector<data::Tile>& tiles)
{
    std::set<Index> rows;
    for (const auto& tile : tiles) rows.insert(tile.row);
    return rows;
}
std::set<Index> cols_of(const std::vector<data::Tile>& tiles)
{
    std::set<Index> cols;
    for (const auto& tile : tiles) cols.insert(tile.col);
    return cols;
}

} // namespace

TEST_CASE("The globe's tiles go round evenly and reach both poles")
{
    const auto tiles = tile_layout(geo::regular_grid(0.5), 32, 24);
    CHECK(tiles.size() == 15 * 30);
    CHECK(rows_of(tiles).contains(0));
    CHECK(*rows_of(tiles).rbegin() == 360 - 32);
    CHECK(cols_of(tiles).size() == 30);
    CHECK(*cols_of(tiles).rbegin() == 720 - 24); // wraps over the date line
}

TEST_CASE("A region's inner tiles are the globe's, whatever its edges and longitude range")
{
    for (const double west : {-33.0, 151.0, 327.0}) {
        const geo::Grid region = geo::regular_grid(0.5, {west, -20, west + 60, 40});
        const auto tiles = tile_layout(region, 32, 24);
        const auto cols = cols_of(tiles), rows = rows_of(tiles);
        CHECK(*cols.begin() == 0);
        CHECK(*cols.rbegin() == region.cols() - 32);
        CHECK(*rows.rbegin() == region.rows() - 32);
        const Index first = static_cast<Index>(std::fmod(west + 180, 360.0) * 2);
        Index inner = 0;
        for (const Index col : cols)
            if (col != 0 && col != region.cols() - 32) {
                CHECK((first + col) % 24 == 0);
                ++inner;
            }
        CHECK(inner >= 2);
    }
}

TEST_CASE("Tiles cover every cell, overlap at least as asked and are not more than needed")
{
    for (const Index count : {1, 5, 31, 32, 33, 40, 48, 56, 57, 64, 100})
        for (const double west : {-180.0, -177.5, -170.0, -168.5}) {
            INFO(count << " columns from " << west);
            const geo::Grid grid = geo::regular_grid(0.5, {west, 0, west + 0.5 * static_cast<double>(count), 16});
            const auto tiles = tile_layout(grid, 32, 24);
            const auto cols = cols_of(tiles);
            CHECK(*cols.begin() == 0);
            CHECK((count <= 32 ? cols.size() == 1 : *cols.rbegin() == count - 32));
            Index last = 0;
            for (const Index col : cols) {
                CHECK(col - last <= 24);
                last = col;
            }
            CHECK(static_cast<Index>(cols.size()) <= std::max<Index>(1, (count - 8 + 23) / 24 + 1));
        }
    CHECK_THROWS_AS(tile_layout(geo::regular_grid(1), 8, 9), ShapeError);
}

TEST_CASE("Blending equal fields gives that field, on coasts, at edges and over the date line")
{
    for (const auto& grid :
         {geo::regular_grid(5), geo::regular_grid(5, {-170, -30, 60, 85}), geo::regular_grid(5, {0, 0, 20, 10})})
        for (const Index overlap : {0, 2, 5}) {
            const geo::Grid fine = geo::refine(grid, 3);
            const Index tile = 8, side = 24;
            const auto tiles = tile_layout(grid, tile, tile - overlap);
            const Blend blend(fine, 3, tile, overlap, tiles);
            std::vector<float> map(static_cast<std::size_t>(fine.cells()), 0.0F);
            for (const auto& place : tiles) {
                std::vector<float> values(static_cast<std::size_t>(side * side));
                for (Index r = 0; r < side; ++r)
                    for (Index c = 0; c < side; ++c)
                        values[static_cast<std::size_t>(r * side + c)] =
                            static_cast<float>((place.row * 3 + r) * 1000 + (place.col * 3 + c) % fine.cols());
                blend.add(place, values, map);
            }
            for (Index row = 0; row < fine.rows(); ++row)
                for (Index col = 0; col < fine.cols(); ++col)
                    REQUIRE(map[static_cast<std::size_t>(row * fine.cols() + col)] ==
                            Approx(static_cast<double>(row * 1000 + col)).margin(0.02));
        }
}

TEST_CASE("Where two tiles differ the map changes little from cell to cell")
{
    const geo::Grid grid = geo::regular_grid(1, {0, 0, 14, 8}), fine = geo::refine(grid, 4);
    const auto tiles = tile_layout(grid, 8, 6);
    REQUIRE(tiles.size() == 2);
    const Blend blend(fine, 4, 8, 2, tiles);
    std::vector<float> map(static_cast<std::size_t>(fine.cells()), 0.0F);
    blend.add(tiles[0], std::vector<float>(32 * 32, 0.0F), map);
    blend.add(tiles[1], std::vector<float>(32 * 32, 1.0F), map);
    float steepest = 0;
    for (Index col = 1; col < fine.cols(); ++col)
        steepest = std::max(steepest, map[static_cast<std::size_t>(col)] - map[static_cast<std::size_t>(col - 1)]);
    CHECK(map[0] == 0);
    CHECK(map[static_cast<std::size_t>(fine.cols() - 1)] == 1);
    CHECK(steepest < 0.21F); // over eight cells
}

TEST_CASE("Tiles without land are left out")
{
    const geo::Grid grid = geo::regular_grid(1);
    const auto tiles = tile_layout(grid, 16, 12);
    std::vector<float> land(static_cast<std::size_t>(4 * grid.cells()), 0.0F);
    CHECK(tiles_with_land(tiles, grid, 2, 16, land).empty());
    land[static_cast<std::size_t>(90 * 720 + 1)] = 0.01F; // in the east of the tile that crosses the date line
    const auto some = tiles_with_land(tiles, grid, 2, 16, land);
    CHECK(some.size() == 2);
    for (const auto& tile : some) CHECK((tile.row <= 45 && tile.row + 16 > 45));
}
