#include <atomic>
#include <thread>

#include "geo/fields.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

/// The nearest valid cell by trying all, with the same order of ties as documented.
double least_distance(const Grid& grid, const Field& field, Index row, Index col)
{
    constexpr double radian = std::numbers::pi / 180;
    double least = 1e30;
    for (Index r = 0; r < grid.rows(); ++r)
        for (Index c = 0; c < grid.cols(); ++c) {
            if (std::isnan(field[at(grid, r, c)])) continue;
            const double a = std::sin((grid.lat(r) - grid.lat(row)) * radian / 2),
                         b = std::sin((grid.lon(c) - grid.lon(col)) * radian / 2);
            least = std::min(least, a * a + std::cos(grid.lat(r) * radian) * std::cos(grid.lat(row) * radian) * b * b);
        }
    return least;
}

} // namespace

TEST_CASE("missing cells take the value of the nearest valid cell on the sphere, over the pole and across the seam")
{
    for (const Grid& grid :
         {regular_grid(10), regular_grid(5, {60, 30, 180, 90}), regular_grid(6, {100, -30, 400, 30})}) {
        Field field = random_field(grid, 31, 0.97), filled = field;
        // Each value tells its cell.
        for (std::size_t i = 0; i < field.size(); ++i)
            if (!std::isnan(field[i])) field[i] = filled[i] = static_cast<float>(i);
        const auto gaps = std::count_if(field.begin(), field.end(), [](float x) { return std::isnan(x); });
        CHECK(fill_nearest(grid, filled) == gaps);
        for (Index row = 0; row < grid.rows(); ++row)
            for (Index col = 0; col < grid.cols(); ++col) {
                Field only(field.size(), missing);
                const auto source = static_cast<std::size_t>(filled[at(grid, row, col)]);
                REQUIRE(!std::isnan(field[source]));
                only[source] = 1;
                REQUIRE(least_distance(grid, only, row, col) ==
                        Approx(least_distance(grid, field, row, col)).epsilon(1e-6).margin(1e-14));
            }
    }
}

TEST_CASE("of cells equally near, south counts before north and west before east")
{
    const Grid grid = regular_grid(1, {0, -1, 3, 2});
    Field field{missing, 1, missing, 2, missing, 3, missing, 4, missing};
    CHECK(fill_nearest(grid, field, Field{0, 0, 0, 0, 1, 0, 0, 0, 0}) == 1);
    // North and south lie 1 degree away, west and east a little less at half a degree of latitude.
    CHECK(field[4] == 2);
    const Grid ring = regular_grid(90, {-180, -90, 180, 90});
    Field pole(8, missing);
    pole[1] = 5, pole[3] = 6;
    fill_nearest(ring, pole);
    CHECK(pole[0] == 6);
    CHECK(pole[2] == 5);
}

TEST_CASE("only wanted cells are filled, and a field without a valid cell is left alone")
{
    const Grid grid = regular_grid(30);
    Field field = random_field(grid, 1, 0.5), nothing(field.size(), missing);
    const Field before = field;
    Field wanted(field.size(), 0.0F);
    wanted[7] = 0.01F, wanted[20] = missing;
    const Index filled = fill_nearest(grid, field, wanted);
    CHECK(filled == (std::isnan(before[7]) ? 1 : 0));
    for (std::size_t i = 0; i < field.size(); ++i)
        if (i != 7) CHECK(same(field[i], before[i]));
    CHECK(fill_nearest(grid, nothing) == 0);
    CHECK(std::isnan(nothing[3]));
    Field small(5);
    CHECK_THROWS_AS(fill_nearest(grid, small), ShapeError);
}

TEST_CASE("filling does not depend on the number of threads")
{
    const Grid grid = regular_grid(2);
    const auto run = [&] {
        Field field = random_field(grid, 77, 0.8);
        fill_nearest(grid, field);
        return field;
    };
    CHECK(same_bits(with_threads(1, run), with_threads(4, run)));
}

TEST_CASE("block means weigh by area and by the given weight, over valid cells")
{
    const Grid fine{{0, 30, 90}, {0, 1, 2, 3, 4}};
    const Field in{1, 3, 5, missing, 2, 4, missing, missing}, weight{1, 0, 1, 1, 0.5F, 0.5F, 1, missing};
    Field out(2);
    block_mean(fine, 2, in, {}, out);
    CHECK(out[0] == Approx(2.5));
    CHECK(out[1] == Approx(5));
    block_mean(fine, 2, in, weight, out);
    CHECK(out[0] == Approx((1 + 0.5 * 2 + 0.5 * 4) / 2));
    Field none(8, missing);
    block_mean(fine, 2, none, {}, out);
    CHECK(std::isnan(out[0]));
    CHECK_THROWS_WITH(block_mean(fine, 3, in, {}, out), "block_mean: 2 x 4 cells are not a multiple of the factor 3");
}

TEST_CASE("a filler that met other gaps before fills like one that is new, also from several threads")
{
    const Grid grid = regular_grid(5);
    Field wanted(static_cast<std::size_t>(grid.cells()), 1.0F);
    for (std::size_t i = 0; i < wanted.size(); i += 3) wanted[i] = 0;
    const NearestFill filler(grid, wanted);
    // The same gaps with other values, other gaps, none, and no value at all.
    std::vector<Field> fields{random_field(grid, 1, 0.7),    {},
                              random_field(grid, 2, 0.7),    random_field(grid, 3, 0.0),
                              Field(wanted.size(), missing), random_field(grid, 1, 0.7)};
    fields[1] = fields[0];
    for (float& value : fields[1]) value = 2 * value - 1;
    const auto check = [&](const Field& field) {
        Field filled = field, expected = field;
        const Index count = filler(filled);
        return count == fill_nearest(grid, expected, wanted) && same_bits(filled, expected);
    };
    for (const Field& field : fields) CHECK(check(field));
    std::atomic<int> wrong = 0;
    std::vector<std::thread> threads;
    for (std::size_t n = 0; n < 4; ++n)
        threads.emplace_back([&, n] {
            for (std::size_t k = 0; k < 24; ++k)
                if (!check(fields[(k + n) % fields.size()])) ++wrong;
        });
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == 0);
    CHECK_THROWS_AS(NearestFill(grid, Field(5)), ShapeError);
}
