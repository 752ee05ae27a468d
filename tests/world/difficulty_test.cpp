// SPEC 6 and 7: the built-in world must not be easy.
#include "world/difficulty.hpp"

#include <cstdio>

#include "data/world_satellite.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::test;

TEST_CASE("the built-in world is as hard to refine as SPEC 7 says", "[slow]")
{
    // Temperate, seasonal, humid and continental land; the first six years train, the last two were never seen.
    const std::vector<geo::Region> regions{{8, 47, 16, 51}, {22, -14, 30, -10}, {-64, -8, -56, -4}, {68, 56, 76, 60}};
    Squares now, history;
    score::Spectrum spectrum(32);
    for (const geo::Region& region : regions) {
        const Patch patch(region, "2003-01:2010-12");
        now += ridge(patch, 72);
        history += ridge(patch, 72, 5, 100);
        for (std::size_t t = 0; t < patch.months.size(); t += 6)
            spectrum.add(geo::coarsen(patch.grid, 2), to_quarter_degree(patch, patch.months[t].storage),
                         to_quarter_degree(patch, patch.months[t].tp));
    }
    const Slopes slope = slopes(spectrum, 50, 300);
    std::printf(
        "built-in world: variance below 0.5 degrees %.3f; sub-grid R2 of ridge regression on the month's "
        "predictors %.3f, on six months of them %.3f; spectral slopes of groundwater %.2f, precipitation %.2f\n",
        now.share(), now.r2(), history.r2(), slope.first, slope.second);

    CHECK((now.share() > 0.20 && now.share() < 0.40));
    CHECK((now.r2() > 0.20 && now.r2() < 0.40));
    // What no predictor shows: half of the detail stays unexplained even with the months before.
    CHECK((history.r2() > 0.20 && history.r2() < 0.50));
    // Between 50 and 300 km along rows of 0.25-degree fields, stretches of 32 cells: -1.36 for gws_inst of the four
    // weeks of GRACE-DA-DM v3.0 (global land), -2.69 for tp of ERA5 monthly means (southern Brazil, every fourth month
    // 1998-2025).
    CHECK(std::abs(slope.first - -1.36) < 0.5);
    CHECK(std::abs(slope.second - -2.69) < 0.6);
}

TEST_CASE("the satellite's noise has the product's sigma and falls to 1/e over 300 km")
{
    // 0.5-degree cells about the equator: 300 km are 5.4 columns.
    const geo::Grid grid = geo::regular_grid(0.5, {0, -30, 120, 30});
    const data::CorrelatedNoise noise(grid, data::world::Satellite::correlation_km, 7);
    std::vector<float> field(static_cast<std::size_t>(grid.cells())), before(field.size());
    double mean = 0, square = 0, near = 0, apart = 0, next_month = 0, n = 0;
    const Index row_from = 50, row_to = 70;
    for (int month = 0; month < 40; ++month) {
        before = field;
        noise.read(24030 + month, field);
        for (Index r = row_from; r < row_to; ++r)
            for (Index c = 0; c + 6 < grid.cols(); ++c) {
                const auto at = static_cast<std::size_t>(r * grid.cols() + c);
                const auto v = static_cast<double>(field[at]);
                mean += v, square += v * v, ++n;
                // Between the fifth and the sixth neighbour.
                near += v * (0.6 * static_cast<double>(field[at + 5]) + 0.4 * static_cast<double>(field[at + 6]));
                next_month += v * static_cast<double>(before[at]);
            }
    }
    apart = near / square;
    CHECK(std::abs(mean / n) < 0.06);
    CHECK(std::abs(square / n - 1.0) < 0.06);
    CHECK(std::abs(apart - std::exp(-1.0)) < 0.05);
    CHECK(std::abs(next_month / square) < 0.06);

    using data::world::product_sigma;
    using geo::Month;
    CHECK(product_sigma(Month::of(2008, 5)) == 45.5F);
    CHECK(product_sigma(Month::of(2015, 2)) > 66);
    for (int m = Month::of(2002, 4).index; m <= Month::of(2023, 9).index; ++m)
        CHECK((product_sigma({m}) > 44 && product_sigma({m}) < 67));
}

TEST_CASE("noise at a place is the same on every grid and across the date line")
{
    const geo::Grid globe = geo::regular_grid(0.5), part = geo::regular_grid(0.5, {176, -20, 188, -10});
    std::vector<float> whole(static_cast<std::size_t>(globe.cells())), cut(static_cast<std::size_t>(part.cells()));
    data::CorrelatedNoise(globe, 300, 3).read(24100, whole);
    data::CorrelatedNoise(part, 300, 3).read(24100, cut);
    for (Index r = 0; r < part.rows(); ++r)
        for (Index c = 0; c < part.cols(); ++c) {
            const Index row = r + 140, col = (c + 712) % 720;
            REQUIRE(whole[static_cast<std::size_t>(row * 720 + col)] ==
                    cut[static_cast<std::size_t>(r * part.cols() + c)]);
        }
}
