#include "geo/fields.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

/// The fine field's mean over each coarse cell, where the coarse cell is valid.
double mean_error(const Grid& coarse, Index factor, const Field& in, const Field& out)
{
    Field mean(in.size());
    block_mean(refine(coarse, factor), factor, out, {}, mean);
    double largest = 0;
    for (std::size_t i = 0; i < in.size(); ++i)
        if (!std::isnan(in[i])) {
            const double error = std::abs(static_cast<double>(mean[i]) - static_cast<double>(in[i]));
            largest = std::max(largest, std::isnan(error) ? 1e30 : error);
        }
    return largest;
}

} // namespace

TEST_CASE("smooth conservative interpolation keeps the mean over every valid source cell, whatever the mask")
{
    const Grid global = regular_grid(5), region = regular_grid(1, {3, 40, 23, 60}),
               nodes{{-90, -85, -75, -65, -60}, {0, 10, 20, 30}};
    for (const Grid* coarse : {&global, &region, &nodes})
        for (const Index factor : {1, 2, 3, 4, 5})
            for (const double share : {0.0, 0.3, 0.8}) {
                const Field in = random_field(*coarse, 17, share);
                const Field out = regridded(Method::smooth_conservative, *coarse, refine(*coarse, factor), in);
                CHECK(mean_error(*coarse, factor, in, out) < 3e-6);
            }
}

TEST_CASE("smooth conservative interpolation has no steps at the source's edges where bilinear has none")
{
    const Grid coarse = regular_grid(2, {0, -20, 60, 20}), fine = refine(coarse, 8);
    const auto wave = [](double lat, double lon) { return 50 * std::sin(0.2 * lon) * std::cos(0.15 * lat); };
    const Field in = sampled(coarse, wave);
    const Field smooth = regridded(Method::smooth_conservative, coarse, fine, in),
                blocks = regridded(Method::nearest, coarse, fine, in);
    double smooth_step = 0, block_step = 0;
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 1; col < fine.cols(); ++col) {
            const auto i = at(fine, row, col);
            smooth_step = std::max(smooth_step, static_cast<double>(std::abs(smooth[i] - smooth[i - 1])));
            block_step = std::max(block_step, static_cast<double>(std::abs(blocks[i] - blocks[i - 1])));
        }
    // The steepest slope is 10 a degree: 2.5 over a fine cell.
    CHECK(smooth_step < 3.5);
    CHECK(block_step > 15);
}

TEST_CASE("smooth conservative interpolation covers what bilinear covers, and constants stay constants")
{
    const Grid coarse = regular_grid(10), fine = refine(coarse, 4);
    Field in = random_field(coarse, 4, 0.5);
    const Field linear = regridded(Method::bilinear, coarse, fine, in),
                smooth = regridded(Method::smooth_conservative, coarse, fine, in);
    for (std::size_t i = 0; i < linear.size(); ++i) REQUIRE(std::isnan(linear[i]) == std::isnan(smooth[i]));
    for (float& value : in)
        if (!std::isnan(value)) value = -3;
    for (const float value : regridded(Method::smooth_conservative, coarse, fine, in))
        if (!std::isnan(value)) REQUIRE(value == Approx(-3));
}

TEST_CASE("a target that covers part of the source conserves over the source cells that it covers whole")
{
    const Grid coarse = regular_grid(1, {0, 0, 8, 8}), tile = regular_grid(0.25, {1.5, 2, 6, 7});
    const Field in = random_field(coarse, 8, 0.0), out = regridded(Method::smooth_conservative, coarse, tile, in);
    const Grid whole = regular_grid(1, {2, 2, 6, 7});
    const Field mean = regridded(Method::conservative, tile, whole, out);
    for (Index row = 0; row < whole.rows(); ++row)
        for (Index col = 0; col < whole.cols(); ++col)
            CHECK(mean[at(whole, row, col)] == Approx(in[at(coarse, row + 2, col + 2)]).margin(3e-6));
}

TEST_CASE("smooth conservative interpolation refuses a target that does not refine the source")
{
    CHECK_THROWS_WITH(make_regridder(Method::smooth_conservative, regular_grid(0.5), regular_grid(0.2)),
                      "smooth_conservative: the target's latitudes do not refine the source's: a target cell reaches "
                      "into two source cells; use a target whose cells divide the source's cells, or the method "
                      "conservative");
}
