#include "geo/fields.hpp"
#include "gwsd/geo/grid_from_centres.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

/// Largest error at targets at least `margin` degrees away from the edge of the source.
double error_inside(const Grid& from, const Grid& to, const Field& out, double margin,
                    const std::function<double(double, double)>& truth)
{
    const Region b = from.bounds();
    double largest = 0;
    for (Index row = 0; row < to.rows(); ++row)
        for (Index col = 0; col < to.cols(); ++col) {
            const double lat = to.lat(row), lon = to.lon(col);
            if (lat < b.south + margin || lat > b.north - margin || lon < b.west + margin || lon > b.east - margin)
                continue;
            const double error = std::abs(static_cast<double>(out[at(to, row, col)]) - truth(lat, lon));
            largest = std::max(largest, std::isnan(error) ? 1e30 : error);
        }
    return largest;
}

} // namespace

TEST_CASE("nearest takes the closest centre and breaks ties to the south-west")
{
    const Grid from{{0, 1, 2}, {0, 1, 2}}, fine = refine(from, 2), coarse{{0, 2}, {0, 2}};
    const Field in{1, 2, 3, missing};
    CHECK(same_bits(regridded(Method::nearest, from, fine, in),
                    {1, 1, 2, 2, 1, 1, 2, 2, 3, 3, missing, missing, 3, 3, missing, missing}));
    CHECK(regridded(Method::nearest, from, coarse, in)[0] == 1);
    // On a grid that closes, the seam itself belongs to the western column.
    const Grid around{{0, 1}, {-180, -60, 60, 180}};
    CHECK(regridded(Method::nearest, around, Grid{{0, 1}, {175, 185}}, {1, 2, 3})[0] == 3);
    CHECK(regridded(Method::nearest, around, Grid{{0, 1}, {-184, -174}}, {1, 2, 3})[0] == 1);
}

TEST_CASE("bilinear interpolation by hand, with the valid cells' weights renormalised")
{
    const Grid from{{0, 1, 2}, {0, 1, 2}}, to{{0.5, 1}, {1, 1.5}};
    // The target stands at 3/4 of the way between the columns and 1/4 between the rows.
    CHECK(regridded(Method::bilinear, from, to, {1, 2, 3, 4})[0] ==
          Approx(0.75 * (0.25 * 1 + 0.75 * 2) + 0.25 * (0.25 * 3 + 0.75 * 4)));
    CHECK(regridded(Method::bilinear, from, to, {1, missing, 3, 4})[0] ==
          Approx((0.1875 * 1 + 0.0625 * 3 + 0.1875 * 4) / (1 - 0.5625)));
    CHECK(std::isnan(regridded(Method::bilinear, from, to, {1, missing, 3, 4}, 0.5)[0]));
    CHECK(std::isnan(regridded(Method::bilinear, from, to, {missing, missing, missing, missing})[0]));
}

TEST_CASE("bilinear is exact on linear functions and bicubic on polynomials of second degree")
{
    const Grid from = regular_grid(1, {10, -20, 40, 10}), to = regular_grid(0.3, {10, -20, 40, 10});
    const auto plane = [](double lat, double lon) { return 3 + 0.25 * lat - 0.5 * lon; };
    const auto parabola = [](double lat, double lon) {
        return 1 + 0.01 * lat * lat - 0.02 * lat * lon + 0.005 * lon * lon;
    };
    CHECK(error_inside(from, to, regridded(Method::bilinear, from, to, sampled(from, plane)), 0.5, plane) < 3e-6);
    CHECK(error_inside(from, to, regridded(Method::bicubic, from, to, sampled(from, parabola)), 1.5, parabola) < 5e-6);
    CHECK(error_inside(from, to, regridded(Method::bilinear, from, to, sampled(from, parabola)), 1.5, parabola) > 1e-3);
}

TEST_CASE("cubic convolution has Keys' weights")
{
    const StencilWeights half = cubic_weights(0.5);
    CHECK(half[0] == Approx(-0.0625));
    CHECK(half[1] == Approx(0.5625));
    for (const double t : {0.0, 0.1, 0.37, 0.9}) {
        const StencilWeights w = cubic_weights(t);
        CHECK(w[0] + w[1] + w[2] + w[3] == Approx(1));
        CHECK(-w[0] + w[2] + 2 * w[3] == Approx(t).margin(1e-14));
        CHECK(w[0] + w[2] + 4 * w[3] == Approx(t * t).margin(1e-14));
    }
}

TEST_CASE("interpolation wraps around a periodic grid, and a target beyond a region is missing")
{
    const auto wave = [](double lat, double lon) { return std::cos(lon * std::numbers::pi / 180) + 0.01 * lat; };
    const Grid from = regular_grid(2), to = regular_grid(0.5, {170, -30, 190, 30});
    const Field in = sampled(from, wave);
    for (const Method method : {Method::bilinear, Method::bicubic})
        CHECK(error_inside(to, to, regridded(method, from, to, in), 0, wave) < 2e-4);
    CHECK(difference(regridded(Method::bicubic, from, turned(to, -360), in), regridded(Method::bicubic, from, to, in)) <
          1e-6);

    const Grid region = regular_grid(1, {0, 0, 5, 5}), wider = regular_grid(1, {-1, -1, 6, 6});
    for (const Method method : {Method::nearest, Method::bilinear, Method::bicubic}) {
        const Field out = regridded(method, region, wider, sampled(region, wave));
        for (Index row = 0; row < wider.rows(); ++row)
            for (Index col = 0; col < wider.cols(); ++col)
                CHECK(std::isnan(out[at(wider, row, col)]) == (row == 0 || row == 6 || col == 0 || col == 6));
    }
}

TEST_CASE("a node at the pole is read at the pole")
{
    std::vector<double> lat, lon;
    for (int i = 0; i <= 90; ++i) lat.push_back(90.0 - 2 * i);
    for (int i = 0; i < 180; ++i) lon.push_back(2.0 * i);
    const OrderedGrid nodes = grid_from_centres(lat, lon);
    Field in;
    for (Index row = 0; row < nodes.grid.rows(); ++row)
        for (Index col = 0; col < nodes.grid.cols(); ++col) in.push_back(static_cast<float>(-90 + 2 * row));
    const Grid to = regular_grid(0.5, {0, 60, 20, 90});
    CHECK(error_inside(to, to, regridded(Method::bilinear, nodes.grid, to, in), 0, [](double y, double) { return y; }) <
          1e-5);
}

TEST_CASE("bicubic interpolation at masks stays near the values it reads, and finds every valid cell of its stencil")
{
    const Grid from = regular_grid(1, {0, 0, 40, 40}), to = refine(from, 4);
    for (const double share : {0.1, 0.5, 0.9}) {
        Field in = random_field(from, 5, share);
        for (float& value : in) value = std::clamp(value, -1.0F, 1.0F);
        const Field cubic = regridded(Method::bicubic, from, to, in),
                    linear = regridded(Method::bilinear, from, to, in);
        for (std::size_t i = 0; i < cubic.size(); ++i) {
            if (!std::isnan(linear[i])) REQUIRE(!std::isnan(cubic[i]));
            if (!std::isnan(cubic[i])) REQUIRE(std::abs(cubic[i]) < 3.2F);
        }
    }
    const Field constant = regridded(Method::bicubic, from, to, [&] {
        Field field = random_field(from, 9, 0.6);
        for (float& value : field)
            if (!std::isnan(value)) value = 7;
        return field;
    }());
    for (const float value : constant)
        if (!std::isnan(value)) CHECK(value == Approx(7));
}

TEST_CASE("interpolation onto the same grid gives the same field, missing cells too")
{
    const Grid grid = regular_grid(2.5);
    const Field in = random_field(grid, 21, 0.3);
    for (const Method method :
         {Method::conservative, Method::nearest, Method::bilinear, Method::bicubic, Method::smooth_conservative})
        CHECK(same_bits(regridded(method, grid, grid, in), in));
}

TEST_CASE("grids of one row or one column are interpolated")
{
    const Grid row{{0, 1}, {0, 1, 2, 3}}, col{{0, 1, 2, 3}, {0, 1}}, cell{{0, 1}, {0, 1}};
    for (const Grid* grid : {&row, &col, &cell})
        for (const Method method :
             {Method::conservative, Method::nearest, Method::bilinear, Method::bicubic, Method::smooth_conservative}) {
            const Field out =
                regridded(method, *grid, refine(*grid, 2), Field(static_cast<std::size_t>(grid->cells()), 3.0F));
            for (const float value : out) CHECK(value == Approx(3));
        }
}
