#include <cmath>
#include <cstring>
#include <limits>

#include "gwsd/geo/grid_from_centres.hpp"
#include "support/catch.hpp"

using namespace gwsd::geo;
using gwsd::Index;
using Axis = std::vector<double>;

namespace {

Axis axis(double first, double step, int n)
{
    Axis values;
    for (int i = 0; i < n; ++i) values.push_back(first + step * i);
    return values;
}

/// A field whose value tells the place, whatever the order of the axes; longitude counts modulo 360.
std::vector<float> field_of(const Axis& lat, const Axis& lon)
{
    std::vector<float> field;
    for (const double y : lat)
        for (const double x : lon)
            field.push_back(
                static_cast<float>(std::round(1000 * y) + std::round(10 * std::fmod(x + 720.0, 360.0)) / 1e4));
    return field;
}

std::vector<float> canonical(const OrderedGrid& ordered, const std::vector<float>& raw)
{
    std::vector<float> out(static_cast<std::size_t>(ordered.order.rows() * ordered.order.cols()));
    ordered.order.apply(raw, out);
    return out;
}

} // namespace

TEST_CASE("four orientations and both longitude ranges give the same canonical field, bit by bit")
{
    const Axis up = axis(-89.75, 0.5, 360), from_west = axis(-179.75, 0.5, 720), from_zero = axis(0.25, 0.5, 720);
    const Axis down(up.rbegin(), up.rend()), from_east(from_west.rbegin(), from_west.rend());
    const auto reference = grid_from_centres(up, from_west);
    const auto expected = canonical(reference, field_of(up, from_west));
    CHECK(same_grid(reference.grid, regular_grid(0.5)));
    for (const Axis* lat : {&up, &down})
        for (const Axis* lon : {&from_west, &from_zero, &from_east}) {
            const auto ordered = grid_from_centres(*lat, *lon);
            const auto field = canonical(ordered, field_of(*lat, *lon));
            CHECK(ordered.grid.lat_edges == regular_grid(0.5).lat_edges);
            CHECK(ordered.grid.lon_edges == regular_grid(0.5).lon_edges);
            REQUIRE(field.size() == expected.size());
            CHECK(std::memcmp(field.data(), expected.data(), expected.size() * sizeof(float)) == 0);
        }
}

TEST_CASE("a field stored longitude first is brought into canonical order too")
{
    const Axis lat{10, 0, -10}, lon{0, 10, 20, 30};
    auto ordered = grid_from_centres(lat, lon);
    const auto raw = field_of(lat, lon), expected = canonical(ordered, raw);
    std::vector<float> turned;
    for (std::size_t c = 0; c < 4; ++c)
        for (std::size_t r = 0; r < 3; ++r) turned.push_back(raw[r * 4 + c]);
    ordered.order.transposed = true;
    CHECK(canonical(ordered, turned) == expected);
}

TEST_CASE("a global ERA5-Land grid 0..359.9 becomes cells around its nodes from -180.05, with half cells at the poles")
{
    std::vector<double> lat, lon;
    for (int i = 0; i <= 1800; ++i) lat.push_back(static_cast<float>(90 - 0.1 * i));
    for (int i = 0; i < 3600; ++i) lon.push_back(static_cast<float>(0.1 * i));
    const auto [grid, order] = grid_from_centres(lat, lon);
    CHECK(grid.rows() == 1801);
    CHECK(grid.cols() == 3600);
    CHECK(grid.lat_edges.front() == -90);
    CHECK(grid.lat_edges[1] == Approx(-89.95).margin(1e-12));
    CHECK(grid.lat_edges.back() == 90);
    CHECK(grid.lon_edges.front() == Approx(-180.05).margin(1e-12));
    CHECK(grid.periodic());
    CHECK(order.rows_descend);
    CHECK(order.column[0] == 1800);
    CHECK(order.column[1799] == 3599);
    CHECK(order.column[1800] == 0);
}

TEST_CASE("a grid that is off the multiples of its step keeps its place")
{
    const auto [grid, order] = grid_from_centres(axis(-22.55, -0.25, 46), axis(-57.2, 0.25, 37));
    CHECK(grid.lat(45) == Approx(-22.55).margin(1e-9));
    CHECK(grid.lat_edges.front() == Approx(-33.925).margin(1e-9));
    CHECK(grid.lon_edges.front() == Approx(-57.325).margin(1e-9));
    CHECK(grid.lon_edges.back() == Approx(-48.075).margin(1e-9));
    CHECK_FALSE(grid.periodic());
    const auto odd = grid_from_centres(axis(3.123456, 0.7, 5), axis(1.234567, 0.7, 5)).grid;
    CHECK(odd.lat(0) == Approx(3.123456).margin(1e-8));
}

TEST_CASE("a last column that repeats the first at +360 degrees is dropped, in either direction")
{
    Axis lat = axis(-89.8333333, 0.3333333, 540), lon = axis(20.1666667, 0.3333333, 1081);
    const auto east = grid_from_centres(lat, lon);
    CHECK(east.order.repeated_column);
    CHECK(east.grid.cols() == 1080);
    CHECK(east.grid.periodic());
    CHECK(std::count(east.order.column.begin(), east.order.column.end(), 1080) == 0);
    CHECK(east.order.column[0] == 480); // 180.1667 = -179.8333
    const Axis back(lon.rbegin(), lon.rend());
    const auto west = grid_from_centres(lat, back);
    CHECK(std::count(west.order.column.begin(), west.order.column.end(), 1080) == 0);
    // The other end is dropped, which 0.3333333 puts 3.6e-5 degrees beside it.
    CHECK(west.grid.lon_edges[100] == Approx(east.grid.lon_edges[100]).margin(4e-5));
    CHECK(canonical(west, field_of(lat, back)).size() == 540 * 1080);
}

TEST_CASE("steps of 0.3333333 keep the place that they add up to, while rounded coordinates of 1/3 become exact")
{
    const Axis lat = axis(-89.8333333, 0.3333333, 540), lon = axis(20.1666667, 0.3333333, 1081);
    const auto [added, order] = grid_from_centres(lat, lon);
    CHECK(added.lat_edges.front() == -90);
    CHECK(added.lat_edges.back() == 90);
    for (Index row = 1; row + 1 < added.rows(); ++row)
        REQUIRE(added.lat(row) == Approx(lat[static_cast<std::size_t>(row)]).margin(1e-9));
    for (Index col = 1; col + 1 < added.cols(); ++col) {
        const double x = lon[static_cast<std::size_t>(order.column[static_cast<std::size_t>(col)])];
        // Around the seam between column 1080 and column 1 the gap is 3.6e-5 degrees wider.
        REQUIRE(std::remainder(added.lon(col) - x, 360.0) == Approx(0).margin(1e-5));
    }
    CHECK(added.lon_edges[600] - added.lon_edges[599] == Approx(0.3333333).margin(4e-5));
    Axis seven = lat, single = lat;
    for (std::size_t i = 0; i < lat.size(); ++i) {
        const double exact = (static_cast<double>(i) + 0.5) / 3 - 90;
        seven[i] = std::round(exact * 1e7) / 1e7, single[i] = static_cast<float>(exact);
    }
    CHECK(grid_from_centres(seven, lon).grid.lat_edges == regular_grid(1.0 / 3).lat_edges);
    CHECK(grid_from_centres(single, lon).grid.lat_edges == regular_grid(1.0 / 3).lat_edges);
}

TEST_CASE("regions across the date line keep their columns together")
{
    const auto wrapped = grid_from_centres(axis(-1, 0.5, 5), Axis{179, 179.5, -180, -179.5, -179});
    CHECK(wrapped.grid.lon_edges.front() == Approx(178.75));
    CHECK(wrapped.grid.lon_edges.back() == Approx(181.25));
    CHECK(wrapped.order.column == std::vector<Index>{0, 1, 2, 3, 4});
    const auto unwrapped = grid_from_centres(axis(-1, 0.5, 5), axis(179, 0.5, 5));
    CHECK(wrapped.grid.lon_edges == unwrapped.grid.lon_edges);
    CHECK(grid_from_centres(Axis{0, 1}, axis(-181, 0.5, 5)).grid.lon_edges == unwrapped.grid.lon_edges);
    CHECK(grid_from_centres(Axis{-1, 0}, axis(310.8, 0.1, 6)).grid.lon_edges[0] == Approx(-49.25).margin(1e-9));
    const auto turned = grid_from_centres(axis(-89.5, 1, 180), [] {
        Axis lon = axis(0.5, 1, 180);
        for (const double x : axis(-179.5, 1, 180)) lon.push_back(x);
        return lon;
    }());
    CHECK(same_grid(turned.grid, regular_grid(1.0)));
}

TEST_CASE("half cells at the poles may be given by the centre of the half cell")
{
    Axis lat = axis(-90, 1, 181);
    const auto nodes = grid_from_centres(lat, axis(0, 1, 360)).grid;
    lat.front() = -89.75;
    lat.back() = 89.75;
    CHECK(grid_from_centres(lat, axis(0, 1, 360)).grid.lat_edges == nodes.lat_edges);
    CHECK(nodes.rows() == 181);
    CHECK(nodes.lat_edges[1] == -89.5);
}

TEST_CASE("one row or one column takes its size from the other axis")
{
    const auto grid = grid_from_centres(Axis{48.25}, axis(2.25, 0.5, 3)).grid;
    CHECK(grid.lat_edges == Axis{48, 48.5});
    CHECK_THROWS_WITH(grid_from_centres(Axis{48.25}, Axis{2.25}),
                      "longitude: one value alone does not tell the cell size; the grid needs at least two");
}

TEST_CASE("coordinates that make no grid are refused with the place and a remedy")
{
    const Axis good = axis(0, 1, 5);
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::string remedy = "; bring the file onto a regular grid first, such as with cdo remapcon";
    CHECK_THROWS_WITH(grid_from_centres(Axis{0, 1, 1, 2}, good),
                      "latitude: expected no value twice, but value 3 of 4 is 1 after 1" + remedy);
    CHECK_THROWS_WITH(grid_from_centres(Axis{0, 2, 1, 3}, good),
                      "latitude: expected values that only rise or only fall, but value 3 of 4 is 1 after 2" + remedy);
    CHECK_THROWS_WITH(grid_from_centres(good, Axis{0, 1, nan}), "longitude: value 3 of 3 is not a number");
    CHECK_THROWS_WITH(grid_from_centres(good, Axis{0, 1, 2, 4}),
                      "longitude: expected even steps of about 1.333333, but value 2 of 4 is 1 after 0" + remedy);
    CHECK_THROWS_WITH(grid_from_centres(Axis{89, 90, 91}, good),
                      "latitude: expected values within -90 to 90 degrees, found 91");
    CHECK_THROWS_WITH(
        grid_from_centres(good, axis(0, 1, 365)),
        "longitude: 365 columns of 1 degrees go more than once around the globe; expected at most 360 degrees");
    CHECK_THROWS_AS(grid_from_centres(Axis{}, good), gwsd::DataError);
    CHECK_THROWS_AS(grid_from_centres(Axis{-89.142, -88.029, -86.911, -85.791, -84.670}, good),
                    gwsd::DataError); // Gaussian
}

TEST_CASE("an axis whose end was rounded still fills the circle exactly")
{
    // etopo5: 4320 columns from 0 to 359.92, where 359.916667 is meant
    const auto ordered = grid_from_centres(axis(-90, 1.0 / 12, 2161), axis(0, 359.92 / 4319, 4320));
    CHECK(ordered.grid.periodic());
    CHECK(ordered.grid.cols() == 4320);
    CHECK(ordered.grid.lon(0) == Approx(-180).margin(1e-9));
    CHECK_THROWS_AS(grid_from_centres(axis(-10, 1, 21), axis(0, 1, 362)), gwsd::DataError); // more than once around
}
