#include <numbers>

#include "geo/fields.hpp"
#include "gwsd/geo/shape_cells.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

Ring rectangle(double west, double south, double east, double north)
{
    return {{west, south}, {east, south}, {east, north}, {west, north}};
}

Ring reversed(Ring ring)
{
    std::reverse(ring.begin(), ring.end());
    return ring;
}

double sum(const std::vector<CellShare>& shares)
{
    double total = 0;
    for (const CellShare& share : shares) total += share.area;
    return total;
}

constexpr double square_metres = std::numbers::pi / 180 * earth_radius * earth_radius;

} // namespace

TEST_CASE("the area of a ring on the sphere, for sides along the axes and across them")
{
    CHECK(ring_area(rectangle(0, 0, 10, 30)) == Approx(10 * 0.5));
    CHECK(ring_area(reversed(rectangle(0, 0, 10, 30))) == Approx(-10 * 0.5));
    // A triangle whose side runs from (0, 0) to (90, 90): the integral of lat cos(lat) is pi / 2 - 1 in radians.
    const double expected = (std::numbers::pi / 2 - 1) * 180 / std::numbers::pi;
    CHECK(ring_area({{0, 0}, {90, 90}, {0, 90}}) == Approx(expected));
    Ring steps; // the same side in a thousand pieces
    for (int i = 0; i <= 1000; ++i) steps.push_back({0.09 * i, 0.09 * i});
    steps.push_back({0, 90});
    CHECK(ring_area(steps) == Approx(expected));
}

TEST_CASE("holes and islands in them are told by nesting, whatever their orientation")
{
    const Ring land = rectangle(0, 0, 10, 10), lake = rectangle(2, 2, 8, 8), island = rectangle(4, 4, 6, 6),
               other = rectangle(20, 0, 25, 5);
    for (const bool turn : {false, true}) {
        const Polygon shape{"", {lake, turn ? reversed(land) : land, turn ? reversed(island) : island, other}};
        const double expected = ring_area(land) - ring_area(lake) + ring_area(island) + ring_area(other);
        CHECK(shape_area(shape) == Approx(expected * square_metres));
    }
}

TEST_CASE("a shape is dealt out to the cells it covers, to its exact area")
{
    const Grid grid = regular_grid(1, {0, 0, 4, 3});
    const std::vector<CellShare> shares = cells_of({"", {rectangle(0.5, 1, 2, 2.25)}}, grid);
    REQUIRE(shares.size() == 4);
    CHECK(shares[0].cell == 4);
    CHECK(shares[0].area == Approx(0.5 * grid.area(1, 0)));
    CHECK(shares[1].area == Approx(grid.area(1, 1)));
    CHECK(shares[2].cell == 8);
    CHECK(shares[3].area == Approx(band_measure(2, 2.25) * square_metres));
    // A cell that is only touched along its edge has no share.
    CHECK(cells_of({"", {rectangle(1, 1, 2, 2)}}, grid).size() == 1);
    CHECK(cells_of({"", {rectangle(10, 1, 12, 2)}}, grid).empty());
}

TEST_CASE("a ragged shape with holes keeps its area over all cells, whatever the grid and the turn of its longitudes")
{
    Random random(5);
    Ring outline, hole;
    for (int i = 0; i < 500; ++i) {
        const double angle = 2 * std::numbers::pi * i / 500, radius = 12 * (0.6 + 0.4 * random.uniform());
        outline.push_back({20 + 1.5 * radius * std::cos(angle), 45 + radius * std::sin(angle)});
        hole.push_back({20 + 3 * std::cos(angle), 45 + 3 * std::sin(angle)});
    }
    const Polygon shape{"", {outline, hole}};
    for (const double size : {0.125, 0.7, 5.0, 60.0}) {
        const Grid grid{regular_edges(-60, 84, size), regular_edges(-60, 120, size)};
        CHECK(sum(cells_of(shape, grid)) == Approx(shape_area(shape)).epsilon(1e-9));
        CHECK(sum(cells_of(shape, turned(grid, 360))) == Approx(shape_area(shape)).epsilon(1e-9));
    }
    // Across the seam of a global grid.
    Polygon pacific = shape;
    for (Ring& ring : pacific.rings)
        for (Point& p : ring) p.lon += 160;
    const std::vector<CellShare> shares = cells_of(pacific, regular_grid(0.5));
    CHECK(sum(shares) == Approx(shape_area(shape)).epsilon(1e-9));
    for (const CellShare& share : shares)
        REQUIRE(share.area <= regular_grid(0.5).area(share.cell / 720, share.cell % 720) * (1 + 1e-9));
}
