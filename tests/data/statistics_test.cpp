#include "gwsd/data/statistics.hpp"

#include <numeric>

#include "data/small_cube.hpp"
#include "gwsd/data/target.hpp"
#include "gwsd/data/views.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using namespace gwsd::test;

namespace {

InputSpec window_of_three(const io::CubeInfo& info)
{
    return {.predictors = info.predictors,
            .statics = info.statics,
            .window = 3,
            .factor = info.factor,
            .coarse_is_operator = true,
            .base = geo::Method::bilinear};
}

std::vector<char> everywhere(const io::FieldSource& cube)
{
    return std::vector<char>(static_cast<std::size_t>(cube.info().fine.cells()), 1);
}

std::vector<Index> range(Index from, Index to)
{
    std::vector<Index> steps(static_cast<std::size_t>(to - from));
    std::iota(steps.begin(), steps.end(), from);
    return steps;
}

/// Everything that training takes from a cube, as text.
std::string constants_of(const std::shared_ptr<const io::FieldSource>& cube, const std::vector<Index>& steps)
{
    std::vector<char> readable(static_cast<std::size_t>(cube->info().time.size()), 0);
    for (const Index t : steps) readable[static_cast<std::size_t>(t)] = 1;
    const auto view = only_steps(cube, readable);
    const auto usable = everywhere(*view);
    Normalisation n = training_constants(*view, window_of_three(view->info()), steps, usable);
    const BatchMaker maker(view, window_of_three(view->info()), n, 8, 8);
    const ChangeSignal signal = change_signal(maker, steps, usable, "tp", "swvl1");
    n.recharge_scale = signal.recharge_scale, n.change_scale = signal.change_scale;
    double sum = 0;
    for (const auto* climatology : {&signal.rain, &signal.change})
        for (const auto& field : climatology->mean)
            for (const float v : field)
                if (std::isfinite(v)) sum += std::abs(static_cast<double>(v));
    return n.to_json() + std::to_string(sum);
}

} // namespace

TEST_CASE("constants are the land's: weighted by area, of the training months alone")
{
    const auto cube = empty_cube(1.0, {0, 0, 2, 2}, "2005-01:2005-04", 1, {"tp"});
    cube->info().has_reference = true;
    for (Index t = 0; t < 4; ++t) {
        const float v = static_cast<float>(t);
        cube->set("reference", t, {v, v + 1, 100, missing});
        cube->set("tp", t, {10, 20, 30, 40});
    }
    cube->set_static("land_fraction", {1, 0.5, 0, 1});
    const Normalisation n = training_constants(*cube, {.predictors = {"tp"}, .window = 1, .factor = 1},
                                               std::vector<Index>{1, 2}, {1, 1, 1, 0});
    // Cells 0 and 1 lie in one row: weights 1 and 0.5. Values 1, 2 and 2, 3.
    CHECK(n.target.mean == Approx((1 + 2 * 0.5 + 2 + 3 * 0.5) / 3));
    CHECK(n.target.scale == Approx(std::sqrt((1 + 4 * 0.5 + 4 + 9 * 0.5) / 3 - std::pow(5.5 / 3, 2))));
    CHECK(n.fields.at("tp").mean == Approx((10 + 20 * 0.5) / 1.5));
    CHECK(n.units.at("tp") == "mm/month");
    CHECK(n.unit == "mm");
    CHECK((n.target.lowest == 1 && n.target.highest == 3)); // of the land that counts
    CHECK((n.fields.at("tp").lowest == 10 && n.fields.at("tp").highest == 20));
}

TEST_CASE("a constant predictor has a scale above zero and gives zeros; one without values is refused")
{
    const auto cube = empty_cube(1.0, {0, 0, 2, 2}, "2005-01:2005-02", 1, {"tp"});
    cube->info().has_reference = true;
    for (Index t = 0; t < 2; ++t) {
        cube->set("reference", t, {1, 2, 3, 4});
        cube->set("tp", t, {273.15F, 273.15F, 273.15F, 273.15F});
    }
    const InputSpec spec{.predictors = {"tp"}, .window = 1, .factor = 1};
    const std::vector<Index> steps{0, 1};
    const Scaling scaling = training_constants(*cube, spec, steps, {1, 1, 1, 1}).fields.at("tp");
    CHECK(scaling.scale > 0);
    CHECK(std::abs((static_cast<double>(273.15F) - scaling.mean) / scaling.scale) < 1e-6);
    for (Index t = 0; t < 2; ++t) cube->set("tp", t, {missing, missing, missing, missing});
    CHECK_THROWS_WITH(training_constants(*cube, spec, steps, {1, 1, 1, 1}), Catch::Matchers::Contains("'tp'"));
}

TEST_CASE("no other month reaches constants, scales or climatologies")
{
    const auto steps = range(6, 40);
    const auto cube = learnable_cube();
    const std::string clean = constants_of(cube, steps);
    for (const float poison : {missing, 1e30F}) {
        const auto poisoned = learnable_cube();
        for (Index t = 0; t < 48; ++t) {
            if (t >= 6 && t < 40) continue;
            for (const char* name : {"reference", "tp", "swvl1"})
                poisoned->set(name, t, std::vector<float>(static_cast<std::size_t>(cube->info().fine.cells()), poison));
            for (const char* name : {"gwsa_operator", "tp_coarse", "swvl1_coarse"})
                poisoned->set(name, t,
                              std::vector<float>(static_cast<std::size_t>(cube->info().coarse.cells()), poison));
        }
        CHECK(constants_of(poisoned, steps) == clean);
    }
    CHECK(constants_of(cube, range(6, 39)) != clean);
}

TEST_CASE("the change and the recharge signal are departures from the calendar month's mean")
{
    const auto cube = empty_cube(1.0, {0, 0, 2, 2}, "2005-01:2006-12", 1);
    cube->info().has_reference = true;
    const auto ramp = [](Index t, double, double) { return static_cast<double>(t); };
    set_predictor(*cube, "tp", ramp);
    set_predictor(*cube, "swvl1", [](Index, double, double) { return 0.5; });
    for (Index t = 0; t < 24; ++t) {
        const auto value = static_cast<float>(t * t);
        cube->set("reference", t, {value, value, value, missing});
        cube->set("gwsa_operator", t, {value, value, value, value});
    }
    const auto usable = everywhere(*cube);
    const InputSpec spec{.predictors = {"tp", "swvl1"},
                         .window = 1,
                         .factor = 1,
                         .coarse_is_operator = true,
                         .base = geo::Method::nearest};
    const auto steps = range(0, 24);
    const BatchMaker maker(cube, spec, training_constants(*cube, spec, steps, usable), 2, 2);
    const ChangeSignal signal = change_signal(maker, steps, usable, "tp", "swvl1");
    REQUIRE(signal.rain.mean.size() == 12);
    CHECK(signal.rain.mean[2][0] == Approx((2 + 14) / 2.0));
    // d of step t is t^2 - (t - 1)^2 = 2 t - 1; March has 3 and 27, January only that of the second year.
    CHECK(signal.change.mean[2][0] == Approx(15));
    CHECK(signal.change.mean[0][0] == Approx(23));
    CHECK(signal.change.mean[2][3] == Approx(15)); // truth unknown: the step's own base stands for it
    // P' is -6 or 6 everywhere, alpha(0.5) = 0.3.
    CHECK(signal.recharge_scale == Approx(0.3 * 6));
    CHECK(signal.change_scale == Approx(12 * std::sqrt(22.0 / 23)));

    const auto shared = std::make_shared<const BatchMaker>(cube, spec, maker.normalisation(), 2, 2);
    const TargetMaker targets(shared, 2, usable, signal, {});
    const TargetBatch batch = targets(std::vector<Tile>{{14, 0, 0}, {0, 0, 0}});
    const Scaling& s = maker.normalisation().target;
    CHECK(batch.recharge.data()[0] == Approx(0.3 * 6 / signal.recharge_scale));
    CHECK(batch.change_reference.data()[0] == Approx((13 * 13 + 15 - s.mean) / s.scale));
    CHECK(batch.change_weight.data()[0] == 1.0F);
    CHECK(batch.change_weight.data()[1] == 0.0F); // nothing comes before the first month
    CHECK(batch.target.data()[0] == Approx((14 * 14 - s.mean) / s.scale));
    CHECK(batch.valid.data()[3] == 0.0F);
    CHECK(batch.target.data()[3] == 0.0F);
    CHECK(batch.land.data()[3] == 1.0F);
    CHECK(batch.coarse.data()[3] == Approx((14 * 14 - s.mean) / s.scale));
    CHECK(batch.coarse_valid.data()[3] == 1.0F);
    CHECK(batch.row_origin == std::vector<Index>{90, 90});
    CHECK(batch.col_origin == std::vector<Index>{180, 180});
    CHECK_FALSE(batch.product_variance.defined());
    CHECK_THROWS_WITH(TargetMaker(shared, 2, usable, signal, {.product_sigma = true}),
                      Catch::Matchers::Contains("gwsa_sigma"));
}

TEST_CASE("cells of a holdout region count nowhere, and the product's variance is normalised")
{
    const auto cube = learnable_cube({0, 0, 8, 8}, "2005-01:2006-12");
    cube->info().has_sigma = true;
    for (Index t = 0; t < 24; ++t) cube->set("gwsa_sigma", t, std::vector<float>(64, 10.0F));
    auto usable = everywhere(*cube);
    for (std::size_t i = 0; i < 16; ++i) usable[i] = 0; // the southernmost fine row
    const auto steps = range(0, 24);
    const Normalisation n = training_constants(*cube, window_of_three(cube->info()), steps, usable);
    const auto maker = std::make_shared<const BatchMaker>(cube, window_of_three(cube->info()), n, 8, 8);
    const TargetBatch batch = TargetMaker(maker, 8, usable, {}, {.product_sigma = true})(std::vector<Tile>{{5, 0, 0}});
    for (Index i = 0; i < 256; ++i) {
        CHECK(batch.valid.data()[i] == (i < 16 ? 0.0F : 1.0F));
        CHECK(batch.land.data()[i] == (i < 16 ? 0.0F : 1.0F));
    }
    CHECK(batch.product_variance.data()[100] == Approx(std::pow(10 / n.target.scale, 2)));
    CHECK_FALSE(batch.recharge.defined());
}

TEST_CASE("one scale up, the coarse field is the truth and its land-weighted block mean the input")
{
    const auto cube = empty_cube(1.0, {-3, 1, 6, 8}, "2005-01:2005-02", 2, {"tp"});
    cube->info().has_given = true, cube->info().statics = {"relief"};
    const auto value = [](Index t, double lat, double lon) { return 100 * lat + lon + static_cast<double>(t); };
    set_predictor(*cube, "tp", value);
    cube->set_static("relief", sampled(cube->info().fine, 0, value));
    for (Index t = 0; t < 2; ++t) cube->set("gwsa", t, sampled(cube->info().coarse, t, value));
    auto land = std::vector<float>(static_cast<std::size_t>(cube->info().coarse.cells()), 1.0F);
    land[1 * 9 + 1] = 0.0F; // latitude 2..3, longitude -2..-1: no land
    cube->set_static("land_fraction_coarse", land);

    const auto view = scale_shift_view(cube, "gwsa");
    const io::CubeInfo& info = view->info();
    // Rows 1..8 and columns -3..6 hold the whole 2-degree blocks 2..8 and -2..6.
    CHECK(info.fine.lat_edges.front() == 2.0);
    CHECK(info.fine.lat_edges.back() == 8.0);
    CHECK(info.fine.lon_edges.front() == -2.0);
    CHECK(info.fine.lon_edges.back() == 6.0);
    CHECK((info.coarse.rows() == 3 && info.coarse.cols() == 4));
    CHECK((info.has_reference && info.has_given));
    const auto truth = view->field("reference", 1);
    CHECK((*truth)[0] == Approx(100 * 2.5 - 1.5 + 1));
    CHECK((*view->field("tp", 1))[0] == Approx(100 * 2.5 - 1.5 + 1));
    CHECK((*view->field("relief", 0))[0] == Approx(100 * 2.5 - 1.5).margin(0.05));
    const auto coarse = view->field("gwsa", 1);
    REQUIRE(coarse->size() == 12);
    // The cell without land does not count: the mean of the three others, which lie north and east.
    CHECK((*coarse)[0] == Approx((251 - 0.5 + 2 * 351 - 2 - 0.0) / 3).margin(0.5));
    CHECK((*coarse)[5] == Approx(100 * 5 + 1 + 1).margin(0.1));
    CHECK((*view->field("land_fraction_coarse", 0))[0] == Approx(0.75).margin(0.01));
    CHECK((*view->field("tp_coarse", 1))[0] == Approx(100 * 3 - 1 + 1).margin(0.1));
    CHECK_THROWS_AS(scale_shift_view(cube, "gwsa_operator"), DataError);
    const auto small = empty_cube(1.0, {1, 1, 2, 8}, "2005-01:2005-02", 2, {"tp"});
    small->info().has_given = true;
    CHECK_THROWS_AS(scale_shift_view(small, "gwsa"), DataError);
}
