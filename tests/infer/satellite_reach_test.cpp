#include "infer/satellite_reach.hpp"

#include <cmath>
#include <limits>

#include "gwsd/infer/downscale.hpp"
#include "infer/downscale_case.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::infer;

namespace {

constexpr float nothing = std::numeric_limits<float>::quiet_NaN();

double kilometres_between(const geo::Grid& grid, Index a, Index b)
{
    const auto vector = [&](Index cell) {
        const double lat = grid.lat(cell / grid.cols()) * geo::radian, lon = grid.lon(cell % grid.cols()) * geo::radian;
        return std::array{std::cos(lat) * std::cos(lon), std::cos(lat) * std::sin(lon), std::sin(lat)};
    };
    const auto p = vector(a), q = vector(b);
    const double cosine = p[0] * q[0] + p[1] * q[1] + p[2] * q[2];
    return 1e-3 * geo::earth_radius * std::acos(std::clamp(cosine, -1.0, 1.0));
}

} // namespace

TEST_CASE("a cell is within the satellite's reach if one with a value is nearer than the footprint")
{
    const auto check = [](const geo::Grid& grid, const std::vector<Index>& cells, double kilometres) {
        std::vector<float> field(static_cast<std::size_t>(grid.cells()), nothing);
        for (const Index cell : cells) field[static_cast<std::size_t>(cell)] = 1;
        const auto reached = within_reach(grid, field, kilometres);
        Index count = 0;
        for (Index i = 0; i < grid.cells(); ++i) {
            bool near = false;
            for (const Index cell : cells) near = near || kilometres_between(grid, i, cell) <= kilometres;
            INFO("cell " << i);
            CHECK((reached[static_cast<std::size_t>(i)] != 0) == near);
            count += near ? 1 : 0;
        }
        CHECK(count > 0);
        CHECK(count < grid.cells());
    };
    check(geo::regular_grid(1, {0, 40, 20, 60}), {5, 210, 399}, 333);
    check(geo::regular_grid(4, {-180, -90, 180, 90}), {0, 44 * 90 + 3, 20 * 90, 23 * 90 + 45},
          1700); // poles, date line
    check(geo::regular_grid(4, {0, -90, 360, 90}), {10 * 90 + 89, 43 * 90 + 20}, 900);
}

TEST_CASE("downscaling writes nothing where the product has no value within its footprint")
{
    const auto cube = test::small_cube();
    const geo::Grid& coarse = cube->info().coarse;
    // The product leaves out the east of the region, as G3P does Greenland, but for one month.
    for (Index t = 0; t < cube->info().time.size(); ++t) {
        auto field = *cube->field("gwsa", t);
        if (t != 3)
            for (std::size_t i = 0; i < field.size(); ++i)
                if (static_cast<Index>(i) % coarse.cols() >= 2) field[i] = nothing;
        cube->set("gwsa", t, field);
    }
    test::DownscaleCase c(*cube, test::small_model());
    c.options.config.fill_missing = true;
    c.run();
    const auto land = cube->field("land_fraction", 0);
    const geo::Grid& fine = cube->info().fine;
    bool some_missing = false;
    for (Index t = 0; t < cube->info().time.size(); ++t) {
        const auto value = c.read("gwsa", t), error = c.read("gwsa_standard_error", t);
        const auto given = cube->field("gwsa", std::isfinite(cube->field("gwsa", t)->front()) ? t : t - 1);
        const auto reached = within_reach(coarse, *given, satellite_reach_km);
        for (Index i = 0; i < fine.cells(); ++i) {
            const Index at = i / fine.cols() / 2 * coarse.cols() + i % fine.cols() / 2;
            const bool wanted = (*land)[static_cast<std::size_t>(i)] > 0 && reached[static_cast<std::size_t>(at)] != 0;
            INFO("step " << t << ", cell " << i);
            REQUIRE(std::isfinite(value[static_cast<std::size_t>(i)]) == wanted);
            REQUIRE(std::isfinite(error[static_cast<std::size_t>(i)]) == wanted);
            some_missing = some_missing || ((*land)[static_cast<std::size_t>(i)] > 0 && !wanted);
            if (t == 3) REQUIRE(wanted == ((*land)[static_cast<std::size_t>(i)] > 0));
        }
    }
    CHECK(some_missing);
}
