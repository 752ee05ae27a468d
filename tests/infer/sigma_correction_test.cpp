#include "infer/sigma_correction.hpp"

#include <cmath>

#include "gwsd/core/parallel.hpp"
#include "infer/small_model.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::infer;

namespace {

/// The small model with a factor of its own for each group: 1 and a hundredth of the group's number.
train::TrainedModel calibrated_model(const geo::Region& extent)
{
    auto model = test::small_model();
    train::Recalibration r;
    r.method = "conformal", r.extent = extent, r.unseen_from = "told";
    for (Index g = 0; g < r.groups(); ++g) r.factors.push_back(1 + 0.01 * static_cast<double>(g));
    model.recalibration = r;
    return model;
}

} // namespace

TEST_CASE("each cell and month has the factor of its zone, season and kind of place")
{
    // Both sides of the equator; the training grid ends at 8 degrees east, and a region in it was held out.
    const auto cube = test::small_cube({.region = {0, -30, 12, 30}, .resolution = 2});
    auto model = calibrated_model({0, -30, 8, 30});
    model.holdout_regions = "2,10,4,12", model.holdout_buffer = 1;
    const SigmaCorrection correction(model, cube, false);
    const geo::Grid& fine = cube->info().fine;
    for (const Index t : {0, 2, 6, 10}) { // January, March, July, November
        std::vector<float> variance(static_cast<std::size_t>(fine.cells()), 4.0F);
        correction.apply(t, variance);
        const int north = std::map<Index, int>{{0, 0}, {2, 1}, {6, 2}, {10, 3}}.at(t);
        int unseen = 0;
        for (Index row = 0; row < fine.rows(); ++row)
            for (Index col = 0; col < fine.cols(); ++col) {
                const double lat = fine.lat(row), lon = fine.lon(col);
                const bool held = lon > 1 && lon < 5 && lat > 9 && lat<13, beyond = lon> 8;
                const int zone = std::abs(lat) < 23.5 ? 0 : 1, season = lat < 0 ? (north + 2) % 4 : north;
                const int group = (held || beyond ? 12 : 0) + 4 * zone + season;
                unseen += held;
                const double factor = 1 + 0.01 * group;
                REQUIRE(variance[static_cast<std::size_t>(row * fine.cols() + col)] ==
                        Approx(4 * factor * factor).epsilon(1e-6));
            }
        CHECK(unseen == 16);
    }
}

TEST_CASE("a model without a recalibration has one factor, and the same bits come from any number of threads")
{
    const auto cube = test::small_cube();
    std::vector<float> variance(static_cast<std::size_t>(cube->info().fine.cells()), 2.0F);
    SigmaCorrection(test::small_model(), cube, false).apply(3, variance);
    for (const float v : variance) REQUIRE(v == Approx(3));
    const SigmaCorrection correction(calibrated_model({4, 44, 12, 50}), cube, true);
    std::vector<std::vector<float>> results;
    for (const int threads : {1, 2, 4}) {
        set_threads(threads);
        results.emplace_back(variance);
        correction.apply(3, results.back());
    }
    set_threads(default_threads());
    CHECK(results[0] == results[1]);
    CHECK(results[0] == results[2]);
}

TEST_CASE("the product's variance is added before the factor where the model was trained beside it")
{
    const auto cube = test::small_cube(); // its sigma is 20 everywhere
    std::vector<float> variance(static_cast<std::size_t>(cube->info().fine.cells()), 2.0F);
    SigmaCorrection(test::small_model(), cube, true).apply(3, variance);
    for (const float v : variance) REQUIRE(v == Approx(1.5 * (2 + 400)));
    CHECK_THROWS_WITH(SigmaCorrection(test::small_model(), test::small_cube({.sigma = false}), true),
                      Catch::Matchers::Contains("gwsa_sigma"));
}
