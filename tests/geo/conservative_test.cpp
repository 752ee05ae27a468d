#include "geo/fields.hpp"
#include "gwsd/geo/grid_from_centres.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

TEST_CASE("conservative regridding by hand: two rows and three columns become one cell and a half")
{
    const Grid from{{0, 30, 90}, {0, 10, 20, 30}}, to{{0, 90}, {0, 15, 30}};
    const Field in{1, 2, 3, 5, missing, 7};
    // sin 30 = 1/2: both rows weigh the same.
    const Field out = regridded(Method::conservative, from, to, in);
    CHECK(out[0] == Approx((0.5 * (10 * 1 + 5 * 2) + 0.5 * 10 * 5) / (0.5 * 15 + 0.5 * 10)));
    CHECK(out[1] == Approx((0.5 * (5 * 2 + 10 * 3) + 0.5 * 10 * 7) / (0.5 * 15 + 0.5 * 10)));
    // Valid shares are 25/30 in both cells.
    CHECK(std::isnan(regridded(Method::conservative, from, to, in, 0.84)[0]));
    CHECK(!std::isnan(regridded(Method::conservative, from, to, in, 0.83)[1]));
}

TEST_CASE("conservative regridding keeps the integral to rounding on any pair of grids")
{
    const Grid half = regular_grid(0.5), third = regular_grid(1.0 / 3),
               odd{{-90, -41, -3.5, 0.2, 77, 90}, {-180, -20, 1, 180}};
    std::vector<double> lat, lon;
    for (int i = 0; i <= 180; ++i) lat.push_back(90.0 - i);
    for (int i = 0; i < 360; ++i) lon.push_back(i);
    const Grid nodes = grid_from_centres(lat, lon).grid;
    REQUIRE(nodes.rows() == 181);
    for (const Grid* from : {&half, &third, &odd, &nodes})
        for (const Grid* to : {&half, &third, &odd, &nodes}) {
            const Field in = random_field(*from, 7, 0.0);
            const Field out = regridded(Method::conservative, *from, *to, in);
            Field magnitude = in;
            for (float& value : magnitude) value = std::abs(value);
            CHECK(std::abs(integral(*to, out) - integral(*from, in)) < 2e-8 * integral(*from, magnitude));
        }
}

TEST_CASE("conservative regridding does not ask how longitudes are counted, and knows the seam")
{
    const Grid from = regular_grid(1.0, {-180, -20, 180, 20}), to = regular_grid(0.75, {170, -15, 200, 15});
    const Field in = random_field(from, 3, 0.3);
    const Field expected = regridded(Method::conservative, from, to, in);
    CHECK(std::count_if(expected.begin(), expected.end(), [](float x) { return std::isnan(x); }) < to.cells() / 4);
    CHECK(difference(regridded(Method::conservative, turned(from, 360), to, in), expected) < 1e-6);
    CHECK(difference(regridded(Method::conservative, from, turned(to, -360), in), expected) < 1e-6);
    CHECK(difference(regridded(Method::conservative, from, turned(to, 720), in), expected) < 1e-6);
}

TEST_CASE("edges that differ by rounding alone share no area")
{
    const Grid from{{0, 1, 2}, {0, 1, 2}}, to{{1e-13, 1 + 1e-12}, {0, 1 + 1e-12}};
    const Field out = regridded(Method::conservative, from, to, {missing, 5, 6, 7});
    CHECK(std::isnan(out[0]));
}

TEST_CASE("a fully valid cell passes a minimum valid fraction of one, a cell that leaves the source does not")
{
    const Grid from = regular_grid(0.1, {0, 80, 10, 90}), to = regular_grid(0.125, {0, 80, 11, 90});
    const Field out = regridded(Method::conservative, from, to, sampled(from, [](double, double) { return 4; }), 1.0);
    for (Index row = 0; row < to.rows(); ++row)
        for (Index col = 0; col < to.cols(); ++col)
            CHECK(same(out[at(to, row, col)], to.lon_edges[static_cast<std::size_t>(col + 1)] <= 10 ? 4.0F : missing));
}

TEST_CASE("regridding does not depend on the number of threads")
{
    const Grid from = regular_grid(0.5, {-180, -90, 180, 90}), to = regular_grid(0.4, {-30, -60, 70, 80});
    const Field in = random_field(from, 11, 0.4);
    for (const Method method : {Method::conservative, Method::nearest, Method::bilinear, Method::bicubic}) {
        const auto run = [&] { return regridded(method, from, to, in); };
        CHECK(same_bits(with_threads(1, run), with_threads(5, run)));
    }
}

TEST_CASE("methods are named, and near misses are told apart")
{
    for (const std::string& name : method_names()) CHECK(to_string(parse_method(name)) == name);
    const std::string start = "method '", middle =
                                              "' is not known; expected conservative, nearest, bilinear, bicubic or "
                                              "smooth_conservative";
    CHECK_THROWS_WITH(parse_method("bilnear"), start + "bilnear" + middle + "; did you mean 'bilinear'?");
    CHECK_THROWS_WITH(parse_method("con"), start + "con" + middle + "; did you mean 'conservative'?");
    CHECK_THROWS_WITH(parse_method("spline"), start + "spline" + middle);
}

TEST_CASE("grids that do not touch and fields of another size are refused")
{
    const Grid a = regular_grid(1, {0, 0, 10, 10}), b = regular_grid(1, {10, 0, 20, 10});
    CHECK_THROWS_WITH(make_regridder(Method::conservative, a, b),
                      "regridding: the source (latitude 0..10, longitude 0..10) and the target (latitude 0..10, "
                      "longitude 10..20) do not touch");
    CHECK_THROWS_AS(make_regridder(Method::bilinear, a, b), ConfigError);
    CHECK(grids_touch(a, turned(a, -360)));
    Field in(99), out(100);
    CHECK_THROWS_WITH(make_regridder(Method::conservative, a, a)->apply(in, out),
                      "conservative: expects 100 cells in and 100 out, got 99 and 100");
}
