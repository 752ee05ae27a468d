#include "geo/fields.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

constexpr double radian = std::numbers::pi / 180;

/// The definition, cell by cell.
Field smoothed_directly(const Grid& grid, const Field& in, double radius_km)
{
    struct Cell {
        std::size_t index;
        double x, y, z, area, value;
    };
    std::vector<Cell> cells;
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col) {
            const double lat = grid.lat(row) * radian, lon = grid.lon(col) * radian;
            const auto i = at(grid, row, col);
            if (!std::isnan(in[i]))
                cells.push_back({i, std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat),
                                 grid.area(row, col), static_cast<double>(in[i])});
        }
    const double b = std::numbers::ln2 / (1 - std::cos(radius_km * 1000 / earth_radius));
    Field out(in.size(), missing);
    for (const Cell& to : cells) {
        double sum = 0, weight = 0;
        for (const Cell& from : cells) {
            const double cosine = to.x * from.x + to.y * from.y + to.z * from.z;
            if (b * (1 - cosine) > 40) continue;
            const double w = std::exp(-b * (1 - cosine)) * from.area;
            sum += w * from.value, weight += w;
        }
        out[to.index] = static_cast<float>(sum / weight);
    }
    return out;
}

Field observed(const Grid& fine, const Grid& coarse, double radius_km, const Field& in)
{
    Field out(static_cast<std::size_t>(coarse.cells()));
    ObservationOperator(fine, coarse, radius_km).apply(in, out);
    return out;
}

} // namespace

TEST_CASE("the observation operator equals its definition on global, regional and uneven grids, with masks")
{
    Grid uneven = regular_grid(4, {0, -30, 80, 30});
    for (std::size_t i = 1; i + 1 < uneven.lon_edges.size(); i += 2) uneven.lon_edges[i] += 0.7;
    const Grid seventh{regular_edges(-14, 14, 0.7), regular_edges(7, 35, 0.7)};
    for (const Grid& grid :
         {regular_grid(5), regular_grid(1, {170, 60, 200, 90}), regular_grid(0.5, {-10, -6, 10, 6}), uneven, seventh})
        for (const double radius : {250.0, 700.0})
            for (const double share : {0.0, 0.6}) {
                const Field in = random_field(grid, 13, share);
                CHECK(difference(observed(grid, grid, radius, in), smoothed_directly(grid, in, radius)) < 2e-6);
            }
}

TEST_CASE("a radius far below the cell size leaves the field as it is, and one of many cells smooths it")
{
    const Grid grid = regular_grid(5, {-180, -60, 180, 60}); // nearer the poles 10 km is not far below a cell
    const Field in = random_field(grid, 14, 0.2);
    CHECK(difference(observed(grid, grid, 10, in), smoothed_directly(grid, in, 10)) < 2e-6);
    CHECK(difference(observed(grid, grid, 10, in), in) < 1e-6);
    CHECK(difference(observed(grid, grid, 3000, in), smoothed_directly(grid, in, 3000)) < 2e-6);
}

TEST_CASE("a point seen by the observation operator has half its weight at the radius, alike in all directions")
{
    const Grid grid = regular_grid(0.25, {-10, -10, 10, 10});
    for (const double radius : {111.195 * 2, 111.195 * 1.5}) {
        Field point(static_cast<std::size_t>(grid.cells()), 0.0F);
        const Index row = 40, col = 40;
        point[at(grid, row, col)] = 1e6F;
        const Field out = observed(grid, grid, radius, point);
        const double peak = out[at(grid, row, col)];
        const auto away = static_cast<Index>(std::lround(radius / 111.195 / 0.25));
        // At the equator the sum of weights is the same along these ways to a few thousandths.
        for (const auto& [r, c] : {std::pair{row + away, col}, {row - away, col}, {row, col + away}, {row, col - away}})
            CHECK(out[at(grid, r, c)] / peak == Approx(0.5).epsilon(5e-3));
        CHECK(out[at(grid, row + 3, col)] == Approx(out[at(grid, row, col + 3)]).epsilon(5e-3));
    }
}

TEST_CASE("the observation operator keeps constants over any mask, and values of the far field stay out")
{
    const Grid fine = regular_grid(0.5, {0, 0, 60, 60}), coarse = coarsen(fine, 4);
    Field in = random_field(fine, 3, 0.7);
    for (float& value : in)
        if (!std::isnan(value)) value = 42;
    const Field out = observed(fine, coarse, 250, in);
    for (std::size_t i = 0; i < out.size(); ++i) CHECK((std::isnan(out[i]) || out[i] == Approx(42).epsilon(1e-6)));

    // A lone island sees a continent 2000 km away by a weight of 1e-19.
    Field island(static_cast<std::size_t>(fine.cells()), missing);
    for (Index row = 60; row < 120; ++row)
        for (Index col = 0; col < 120; ++col) island[at(fine, row, col)] = 1000;
    island[at(fine, 20, 60)] = 5;
    CHECK(observed(fine, coarse, 250, island)[at(coarse, 5, 15)] == Approx(5).epsilon(1e-6));
    CHECK(std::isnan(observed(fine, coarse, 250, island)[0]));
}

TEST_CASE("the observation operator is symmetric: what A sees of B, B sees of A, for equal areas")
{
    const Grid grid = regular_grid(2);
    const Index a_col = 100, b_col = 104, row = 61, other = 28; // other mirrors row in the south
    Field a(static_cast<std::size_t>(grid.cells()), 0.0F), b = a;
    a[at(grid, row, a_col)] = 1, b[at(grid, row, b_col)] = 1;
    const Field of_a = observed(grid, grid, 500, a), of_b = observed(grid, grid, 500, b);
    CHECK(of_a[at(grid, row, b_col)] == Approx(of_b[at(grid, row, a_col)]));
    CHECK(of_a[at(grid, row, b_col)] > 1e-4F);
    Field south(a.size(), 0.0F);
    south[at(grid, other, a_col)] = 1;
    CHECK(observed(grid, grid, 500, south)[at(grid, other + 1, a_col)] == Approx(of_a[at(grid, row - 1, a_col)]));
}

TEST_CASE("radius 0 is the area mean alone; impossible radii and grids are refused")
{
    const Grid fine = regular_grid(1, {0, 0, 8, 8}), coarse = coarsen(fine, 4);
    const Field in = random_field(fine, 2, 0.2);
    CHECK(same_bits(observed(fine, coarse, 0, in), regridded(Method::conservative, fine, coarse, in)));
    CHECK_THROWS_AS(ObservationOperator(fine, coarse, -5), ConfigError);
    CHECK_THROWS_AS(ObservationOperator(fine, coarse, std::nan("")), ConfigError);
    CHECK_THROWS_AS(ObservationOperator(fine, turned(coarse, 90), 250), ConfigError);
    const ObservationOperator operation(fine, coarse, 250);
    Field out(3);
    CHECK_THROWS_AS(operation.apply(in, out), ShapeError);
}

TEST_CASE("the observation operator does not depend on the number of threads")
{
    const Grid fine = regular_grid(1), coarse = regular_grid(4);
    const Field in = random_field(fine, 6, 0.5);
    const auto run = [&] { return observed(fine, coarse, 250, in); };
    CHECK(same_bits(with_threads(1, run), with_threads(3, run)));
}
