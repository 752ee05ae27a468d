#include "gwsd/infer/map_predictor.hpp"

#include <cmath>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/score/seam.hpp"
#include "infer/small_model.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::infer;

namespace {

std::vector<PredictedMap> predicted(const train::TrainedModel& model, std::shared_ptr<io::MemoryCube> cube,
                                    const std::vector<Index>& steps, const PredictorOptions& options)
{
    const MapPredictor predictor(model, cube, model.input, options);
    std::vector<PredictedMap> maps;
    predictor.run(steps, [&](Index t, PredictedMap&& map) {
        CHECK(t == steps[maps.size()]);
        maps.push_back(std::move(map));
    });
    return maps;
}

/// NaN equals NaN here.
bool same(const std::vector<float>& a, const std::vector<float>& b)
{
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!(a[i] == b[i] || (std::isnan(a[i]) && std::isnan(b[i])))) return false;
    return a.size() == b.size();
}

using test::largest_difference;

} // namespace

TEST_CASE("Every cell with land gets a prediction and no other")
{
    const auto cube = test::small_cube();
    const auto maps = predicted(test::small_model(), cube, {4, 2}, {.tile = 8});
    REQUIRE(maps.size() == 2);
    const auto land = cube->field("land_fraction", 0);
    for (const PredictedMap& map : maps)
        for (std::size_t i = 0; i < land->size(); ++i) {
            REQUIRE(std::isfinite(map.mean[i]) == ((*land)[i] > 0));
            REQUIRE(std::isfinite(map.variance[i]) == ((*land)[i] > 0));
            if ((*land)[i] > 0) REQUIRE(map.variance[i] > 0);
        }
}

TEST_CASE("One tile gives what the network gives, in the target's unit and with the recalibrated variance")
{
    const auto cube = test::small_cube();
    const auto model = test::small_model();
    const auto maps = predicted(model, cube, {5}, {.tile = 20});
    const data::BatchMaker maker(cube, model.input, model.normalisation, 20, 20);
    const std::vector<data::Tile> tile{{5, 0, 0}};
    const data::Batch batch = maker.inputs(tile);
    const auto network = train::make_network(model);
    const auto expected =
        network(Variable<float>(batch.coarse), Variable<float>(batch.fine), Variable<float>(batch.base));
    const geo::Grid& fine = cube->info().fine;
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 3; col < fine.cols(); ++col) {
            const auto cell = static_cast<std::size_t>(row * fine.cols() + col);
            const Index of_tile = row * 40 + col;
            REQUIRE(maps[0].mean[cell] ==
                    Approx(3 + 20 * static_cast<double>(expected.mean.value().data()[of_tile])).epsilon(1e-5));
            REQUIRE(maps[0].variance[cell] ==
                    Approx(1.5 * 400 * std::exp(static_cast<double>(expected.log_variance.value().data()[of_tile])))
                        .epsilon(1e-5));
        }
}

TEST_CASE("Tiles are padded to what the network's levels need")
{
    const auto model = test::small_model();
    const MapPredictor predictor(model, test::small_cube(), model.input, {.tile = 5});
    CHECK(predictor.tile() == 8); // a fine side of 16, a multiple of 8
    const auto model3 = test::small_model(3);
    const MapPredictor predictor3(model3, test::small_cube({.factor = 3}), model3.input, {.tile = 12});
    CHECK(predictor3.tile() == 16);
}

TEST_CASE("The batch size and the number of threads change no more than rounding, a repeated run nothing")
{
    const auto cube = test::small_cube();
    const auto model = test::small_model();
    const auto first = predicted(model, cube, {1, 2, 3}, {.tile = 8, .batch = 4});
    const auto again = predicted(model, cube, {1, 2, 3}, {.tile = 8, .batch = 4});
    const auto alone = predicted(model, cube, {2}, {.tile = 8, .batch = 4});
    const auto single = predicted(model, cube, {1, 2, 3}, {.tile = 8, .batch = 1});
    set_threads(1);
    const auto one_thread = predicted(model, cube, {1, 2, 3}, {.tile = 8, .batch = 4});
    set_threads(default_threads());
    for (std::size_t i = 0; i < 3; ++i) {
        CHECK(same(first[i].mean, again[i].mean));
        CHECK(same(first[i].variance, again[i].variance));
        CHECK(largest_difference(first[i].mean, single[i].mean) < 1e-3);
        CHECK(largest_difference(first[i].mean, one_thread[i].mean) < 1e-3);
    }
    CHECK(same(alone[0].mean, first[1].mean)); // a shard's month is the whole run's
}

TEST_CASE("A globe has no seam at the date line and tiles that go round it")
{
    const auto cube =
        test::small_cube({.region = {-180, -90, 180, 90}, .resolution = 10, .last = "2003-02", .absent = {}});
    auto& info = cube->info();
    // The field as seen from elsewhere: the same values on a grid that starts 120 degrees further east.
    const auto turned = std::make_shared<io::MemoryCube>(info);
    const auto turn = [](const geo::Grid& grid, std::vector<float> field) {
        const Index by = grid.cols() / 3;
        for (Index row = 0; row < grid.rows(); ++row) {
            const auto begin = field.begin() + row * grid.cols();
            std::rotate(begin, begin + by, begin + grid.cols());
        }
        return field;
    };
    for (auto* edges : {&turned->info().coarse.lon_edges, &turned->info().fine.lon_edges})
        for (double& edge : *edges) edge += 120;
    for (const char* name : {"land_fraction", "relief"})
        turned->set_static(name, turn(info.fine, *cube->field(name, 0)));
    for (const char* name : {"tp", "swvl1"})
        for (Index t = 0; t < 2; ++t) {
            turned->set(name, t, turn(info.fine, *cube->field(name, t)));
            turned->set(std::string(name) + "_coarse", t,
                        turn(info.coarse, *cube->field(std::string(name) + "_coarse", t)));
        }
    for (Index t = 0; t < 2; ++t) turned->set("gwsa", t, turn(info.coarse, *cube->field("gwsa", t)));
    auto model = test::small_model();
    const PredictorOptions options{.tile = 12};
    const auto a = predicted(model, cube, {1}, options), b = predicted(model, turned, {1}, options);
    CHECK(largest_difference(turn(info.fine, a[0].mean), b[0].mean) < 1e-3);
    CHECK(largest_difference(turn(info.fine, a[0].variance), b[0].variance) < 1e-2);
}

TEST_CASE("The edges of tiles do not show")
{
    const auto cube = test::small_cube({.region = {0, 30, 24, 54}});
    const auto model = test::small_model();
    const auto maps = predicted(model, cube, {3}, {.tile = 16});
    score::SeamIndex tiles(24), cells(2); // tiles are 12 coarse cells apart
    tiles.add(cube->info().fine, maps[0].mean);
    cells.add(cube->info().fine, maps[0].mean);
    CHECK(tiles.value() < 1.15);
    CHECK(cells.value() < 1.15);
}

TEST_CASE("A prediction that is not finite stops the run, naming the month")
{
    auto model = test::small_model();
    model.normalisation.target.scale = 1e60;
    const MapPredictor predictor(model, test::small_cube(), model.input, {.tile = 8});
    const std::vector<Index> steps{4, 5};
    int seen = 0;
    CHECK_THROWS_WITH(predictor.run(steps, [&](Index, PredictedMap&&) { ++seen; }),
                      Catch::Matchers::Contains("2003-05"));
    CHECK(seen == 0);
}

TEST_CASE("An error of the receiver or of the reader ends the run")
{
    const auto cube = test::small_cube();
    const auto model = test::small_model();
    const MapPredictor predictor(model, cube, model.input, {.tile = 8});
    const std::vector<Index> steps{0, 1, 2, 3, 4};
    CHECK_THROWS_AS(predictor.run(steps, [](Index, PredictedMap&&) { throw IoError("disk full"); }), IoError);
    CHECK_THROWS_AS(predictor.run(
                        steps, [](Index, PredictedMap&&) {}, [](Index) { throw StoppedEarly("asked to"); }),
                    StoppedEarly);
    const std::vector<Index> beyond{0, 99};
    CHECK_THROWS_AS(predictor.run(beyond, [](Index, PredictedMap&&) {}), ShapeError);
}

TEST_CASE("A cube of sea alone, or options out of range, are refused")
{
    const auto cube = test::small_cube();
    cube->set_static("land_fraction", std::vector<float>(static_cast<std::size_t>(cube->info().fine.cells()), 0.0F));
    const auto model = test::small_model();
    CHECK_THROWS_WITH(MapPredictor(model, cube, model.input, {.tile = 8}),
                      Catch::Matchers::Contains("nothing to refine"));
    CHECK_THROWS_AS(MapPredictor(model, test::small_cube(), model.input, {.tile = 8, .overlap = 0.9}), ConfigError);
    CHECK_THROWS_AS(MapPredictor(model, test::small_cube(), model.input, {.tile = 0}), ConfigError);
}
