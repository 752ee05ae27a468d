#include "gwsd/data/samples.hpp"

#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;

namespace {

using Key = std::tuple<Index, Index, Index>;
Key key(const Tile& tile) { return {tile.t, tile.row, tile.col}; }

std::vector<Key> keys(const std::vector<Tile>& tiles)
{
    std::vector<Key> list;
    for (const Tile& tile : tiles) list.push_back(key(tile));
    return list;
}

} // namespace

TEST_CASE("tiles cover a region up to its edges, and go round a periodic grid")
{
    const auto region = tile_positions(geo::regular_grid(0.5, {0, 0, 32, 24}), 32, 16);
    CHECK(keys(region) == std::vector<Key>{{0, 0, 0}, {0, 0, 16}, {0, 0, 32}, {0, 16, 0}, {0, 16, 16}, {0, 16, 32}});
    const auto odd = tile_positions(geo::regular_grid(1.0, {0, 0, 21, 10}), 8, 8);
    CHECK(keys(odd) == std::vector<Key>{{0, 0, 0}, {0, 0, 8}, {0, 0, 13}, {0, 2, 0}, {0, 2, 8}, {0, 2, 13}});
    CHECK(keys(tile_positions(geo::regular_grid(1.0, {0, 0, 4, 5}), 8, 4)) == std::vector<Key>{{0, 0, 0}});
    const auto globe = tile_positions(geo::regular_grid(10.0), 8, 8);
    CHECK(globe.size() == 3 * 5); // 36 columns: starts 0, 8, ... 32, the last one wraps
}

TEST_CASE("a tile needs its share of usable land")
{
    const geo::Grid grid = geo::regular_grid(1.0, {0, 0, 8, 4});
    std::vector<char> usable(static_cast<std::size_t>(grid.cells() * 4), 0);
    usable[0] = 1; // one of the 64 fine cells of the first tile
    const auto tiles = tile_positions(grid, 4, 4);
    CHECK(usable_tiles(grid, 2, tiles, 4, usable, 0).size() == 1);
    CHECK(usable_tiles(grid, 2, tiles, 4, usable, 1.0 / 64).size() == 1);
    CHECK(usable_tiles(grid, 2, tiles, 4, usable, 0.02).empty());
    // A tile larger than the grid is measured by the cells there are.
    CHECK(usable_tiles(grid, 2, tile_positions(grid, 32, 32), 32, usable, 1.0 / 128).size() == 1);
}

TEST_CASE("an epoch is a permutation that depends on seed and epoch alone")
{
    const geo::Grid grid = geo::regular_grid(0.5, {0, 0, 32, 24});
    const std::vector<Index> steps{3, 4, 9, 20};
    const auto all = every_sample(steps, tile_positions(grid, 32, 16));
    REQUIRE(all.size() == 24);
    const DrawOptions options{.seed = 5};
    auto first = keys(draw_epoch(all, grid, options, 0)), again = keys(draw_epoch(all, grid, options, 0));
    CHECK(first == again);
    CHECK(first != keys(draw_epoch(all, grid, options, 1)));
    CHECK(first != keys(draw_epoch(all, grid, {.seed = 6}, 0)));
    std::sort(first.begin(), first.end());
    CHECK(first == keys(all));

    // Fewer samples are the beginning of the permutation, more go round again.
    const auto few = keys(draw_epoch(all, grid, {.seed = 5, .samples = 7}, 0));
    CHECK(std::equal(few.begin(), few.end(), again.begin()));
    std::map<Key, int> times;
    for (const Key& k : keys(draw_epoch(all, grid, {.seed = 5, .samples = 60}, 0))) ++times[k];
    CHECK(times.size() == 24);
    for (const auto& [k, n] : times) CHECK((n == 2 || n == 3));
}

TEST_CASE("jitter moves tiles inside the grid")
{
    const geo::Grid grid = geo::regular_grid(0.5, {0, 0, 32, 24});
    const std::vector<Index> steps{0, 1, 2, 3, 4, 5, 6, 7};
    const auto all = every_sample(steps, tile_positions(grid, 32, 16));
    std::set<Index> rows, cols;
    for (const Tile& tile : draw_epoch(all, grid, {.tile = 32, .jitter = 16}, 0)) {
        CHECK((tile.row >= 0 && tile.row <= 16 && tile.col >= 0 && tile.col <= 32));
        rows.insert(tile.row), cols.insert(tile.col);
    }
    CHECK(rows.size() > 5);
    CHECK(cols.size() > 8);
    const geo::Grid globe = geo::regular_grid(5.0);
    std::set<Index> around;
    for (const Tile& tile :
         draw_epoch(every_sample(steps, tile_positions(globe, 8, 8)), globe, {.tile = 8, .jitter = 8}, 0)) {
        CHECK((tile.col >= 0 && tile.col < 72 && tile.row >= 0 && tile.row <= 28));
        around.insert(tile.col);
    }
    CHECK(around.size() > 40);
}

TEST_CASE("grouped samples read few steps at a time")
{
    const geo::Grid grid = geo::regular_grid(0.5, {0, 0, 32, 24});
    std::vector<Index> steps;
    for (Index t = 0; t < 20; ++t) steps.push_back(t);
    const auto all = every_sample(steps, tile_positions(grid, 32, 16));
    const auto grouped = draw_epoch(all, grid, {.seed = 2, .group_steps = 4}, 3);
    REQUIRE(grouped.size() == all.size());
    for (std::size_t first = 0; first < grouped.size(); first += 24) {
        std::set<Index> seen;
        for (std::size_t i = first; i < first + 24; ++i) seen.insert(grouped[i].t);
        CHECK(seen.size() == 4);
    }
    auto sorted = keys(grouped);
    std::sort(sorted.begin(), sorted.end());
    CHECK(sorted == keys(all));
}

TEST_CASE("a random split has every sample once")
{
    const std::vector<Index> steps{0, 1, 2, 3, 4, 5, 6, 7, 8, 9};
    const auto all = every_sample(steps, {{0, 0, 0}, {0, 0, 4}});
    const auto [rest, part] = random_split(all, 0.15, 9);
    CHECK(part.size() == 3);
    auto both = keys(rest);
    for (const Key& k : keys(part)) both.push_back(k);
    std::sort(both.begin(), both.end());
    CHECK(both == keys(all));
    CHECK(keys(random_split(all, 0.15, 9).second) == keys(part));
    CHECK(keys(random_split(all, 0.15, 10).second) != keys(part));
}
