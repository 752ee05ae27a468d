#include "gwsd/data/batch.hpp"

#include "data/small_cube.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using namespace gwsd::test;

namespace {

/// Steps of a small cube whose value tells step and column: 100 t + column.
std::shared_ptr<io::MemoryCube> numbered_cube(const geo::Region& region)
{
    auto cube = empty_cube(30.0, region, "2005-01:2005-12", 2);
    cube->info().has_given = true;
    const auto col_of = [west = region.west](double lon) { return std::floor((lon - west) / 30.0); };
    const auto value = [=](Index t, double, double lon) { return 100.0 * static_cast<double>(t) + col_of(lon); };
    for (const char* name : {"tp", "swvl1"}) set_predictor(*cube, name, value);
    for (Index t = 0; t < 12; ++t)
        if (t != 3) cube->set("gwsa", t, sampled(cube->info().coarse, t, value));
    return cube;
}

InputSpec nearest_windows(const io::CubeInfo& info, Index window)
{
    return {.predictors = info.predictors,
            .statics = info.statics,
            .window = window,
            .factor = info.factor,
            .base = geo::Method::nearest};
}

/// coarse[window step, sample, row, col, channel]
float at(const Tensor<float>& x, Index a, Index b, Index c, Index d, Index e) { return x.view<5>()(a, b, c, d, e); }

} // namespace

TEST_CASE("a window is calendar months: an absent one is zero with validity 0, its predictors stay")
{
    const auto cube = numbered_cube({-180, -90, 180, 90});
    const BatchMaker maker(cube, nearest_windows(cube->info(), 3), plain_normalisation(cube->info()), 2, 4);
    const std::vector<Tile> tiles{{4, 1, 2}, {0, 0, 0}};
    const Batch batch = maker.inputs(tiles);
    REQUIRE(batch.coarse.shape() == Shape{3, 2, 2, 4, 4});
    REQUIRE(batch.fine.shape() == Shape{2, 4, 8, 4});
    // Steps 2, 3 (absent), 4 of the first sample, at its second column, column 3 of the grid.
    CHECK(at(batch.coarse, 0, 0, 0, 1, 0) == 203.0F);
    CHECK(at(batch.coarse, 0, 0, 0, 1, 3) == 1.0F);
    CHECK(at(batch.coarse, 1, 0, 0, 1, 0) == 0.0F);
    CHECK(at(batch.coarse, 1, 0, 0, 1, 3) == 0.0F);
    CHECK(at(batch.coarse, 1, 0, 0, 1, 1) == 303.0F);
    CHECK(at(batch.coarse, 2, 0, 0, 1, 0) == 403.0F);
    // Before the first month of the cube there is nothing at all.
    for (Index channel = 0; channel < 4; ++channel) CHECK(at(batch.coarse, 0, 1, 0, 1, channel) == 0.0F);
    CHECK(at(batch.coarse, 2, 1, 0, 1, 3) == 1.0F);
    CHECK(maker.has_coarse(2));
    CHECK_FALSE(maker.has_coarse(3));
    CHECK_FALSE(maker.has_coarse(-1));
    CHECK_FALSE(maker.has_coarse(12));
}

TEST_CASE("tiles wrap at the date line, and no column comes twice")
{
    const auto cube = numbered_cube({-180, -90, 180, 90});
    const BatchMaker maker(cube, nearest_windows(cube->info(), 1), plain_normalisation(cube->info()), 6, 14);
    const Batch batch = maker.inputs(std::vector<Tile>{{1, 0, 10}});
    const std::vector<float> expected{110, 111, 100, 101, 102, 103, 104, 105, 106, 107, 108, 109, 0, 0};
    for (Index c = 0; c < 14; ++c) CHECK(at(batch.coarse, 0, 0, 2, c, 0) == expected[static_cast<std::size_t>(c)]);
    CHECK(at(batch.coarse, 0, 0, 2, 12, 3) == 0.0F);
    // The fine grid wraps with it: two fine columns a coarse one; base, predictors and land alike.
    for (Index c = 0; c < 28; ++c) {
        const float wanted = expected[static_cast<std::size_t>(c / 2)];
        CHECK(batch.base.view<3>()(0, 5, c) == wanted);
        CHECK(batch.fine.view<4>()(0, 5, c, 0) == wanted);
        CHECK(batch.fine.view<4>()(0, 5, c, 2) == wanted);
        CHECK(batch.land.view<3>()(0, 5, c) == (c < 24 ? 1.0F : 0.0F));
        CHECK((batch.area.view<3>()(0, 5, c) > 0) == (c < 24));
    }
}

TEST_CASE("a regional grid does not wrap; outside is padding")
{
    const auto cube = numbered_cube({0, -60, 120, 60});
    const BatchMaker maker(cube, nearest_windows(cube->info(), 1), plain_normalisation(cube->info()), 4, 4);
    const Batch batch = maker.inputs(std::vector<Tile>{{1, 2, 2}, {1, -1, -1}});
    for (Index r = 0; r < 4; ++r)
        for (Index c = 0; c < 4; ++c) {
            const bool first = r < 2 && c<2, second = r> 0 && c > 0;
            CHECK(at(batch.coarse, 0, 0, r, c, 3) == (first ? 1.0F : 0.0F));
            CHECK(at(batch.coarse, 0, 1, r, c, 3) == (second ? 1.0F : 0.0F));
            CHECK(batch.land.view<3>()(0, 2 * r, 2 * c) == (first ? 1.0F : 0.0F));
            CHECK(at(batch.coarse, 0, 1, r, c, 0) == (second ? 100.0F + static_cast<float>(c - 1) : 0.0F));
        }
    CHECK_THROWS_AS(maker.inputs(std::vector<Tile>{{12, 0, 0}}), ShapeError);
}

TEST_CASE("values are normalised, missing ones are zero, and the base covers all land")
{
    const auto cube = numbered_cube({0, -60, 120, 60});
    auto field = sampled(cube->info().coarse, 0, [](Index, double, double) { return 7.0; });
    field[5] = missing;
    cube->set("gwsa", 2, field);
    auto rain = std::vector<float>(static_cast<std::size_t>(cube->info().fine.cells()), 9.0F);
    rain[0] = missing;
    rain[1] = std::numeric_limits<float>::infinity();
    cube->set("tp", 2, rain);
    std::vector<float> land(static_cast<std::size_t>(cube->info().fine.cells()), 0.5F);
    land[3] = 0.0F, land[4] = missing, land[5] = 1.5F;
    cube->set_static("land_fraction", land);
    Normalisation constants = plain_normalisation(cube->info());
    constants.target = {5, 2};
    constants.fields["tp"] = {6, 3};
    const BatchMaker maker(cube, nearest_windows(cube->info(), 1), constants, 4, 4);
    const Batch batch = maker.inputs(std::vector<Tile>{{2, 0, 0}});
    CHECK(at(batch.coarse, 0, 0, 0, 0, 0) == 1.0F);
    CHECK(at(batch.coarse, 0, 0, 1, 1, 0) == 0.0F);
    CHECK(at(batch.coarse, 0, 0, 1, 1, 3) == 0.0F);
    const auto fine = batch.fine.view<4>();
    CHECK(fine(0, 0, 0, 0) == 0.0F);
    CHECK(fine(0, 0, 1, 0) == 0.0F);
    CHECK(fine(0, 0, 2, 0) == 1.0F);
    CHECK(batch.base.view<3>()(0, 2, 2) == 1.0F); // over the missing coarse cell
    CHECK(fine(0, 0, 0, 3) == 0.5F);
    CHECK(fine(0, 0, 5, 3) == 1.0F);
    CHECK(batch.land.view<3>()(0, 0, 3) == 0.0F);
    CHECK(batch.land.view<3>()(0, 0, 4) == 0.0F);
    CHECK(batch.area.view<3>()(0, 0, 5) == Approx(2 * batch.area.view<3>()(0, 0, 0)));
    for (Index i = 0; i < batch.fine.elements(); ++i) REQUIRE(std::isfinite(batch.fine.data()[i]));
    for (const float v : *maker.base(3)) REQUIRE(std::isnan(v)); // no satellite field at step 3
}

TEST_CASE("a cube that lacks what the network reads is refused by name")
{
    const auto cube = numbered_cube({0, -60, 120, 60});
    const Normalisation constants = plain_normalisation(cube->info());
    const auto make = [&](const InputSpec& spec, const Normalisation& n) { BatchMaker(cube, spec, n, 4, 4); };
    InputSpec spec = nearest_windows(cube->info(), 1);
    spec.predictors.push_back("t2m");
    CHECK_THROWS_WITH(make(spec, constants), Catch::Matchers::Contains("'t2m'"));
    spec = nearest_windows(cube->info(), 1), spec.statics = {"elevation"};
    CHECK_THROWS_WITH(make(spec, constants), Catch::Matchers::Contains("'elevation'"));
    spec = nearest_windows(cube->info(), 1), spec.coarse_is_operator = true;
    CHECK_THROWS_AS(make(spec, constants), DataError);
    spec = nearest_windows(cube->info(), 1), spec.factor = 4;
    CHECK_THROWS_AS(make(spec, constants), DataError);
    Normalisation other = constants;
    other.fields.erase("tp");
    CHECK_THROWS_WITH(make(nearest_windows(cube->info(), 1), other), Catch::Matchers::Contains("'tp'"));
    other = constants, other.units["tp"] = "m";
    CHECK_THROWS_AS(make(nearest_windows(cube->info(), 1), other), DataError);
    other = constants, other.unit = "%";
    CHECK_THROWS_AS(make(nearest_windows(cube->info(), 1), other), DataError);
    cube->info().time.monthly = false;
    CHECK_THROWS_AS(make(nearest_windows(cube->info(), 2), constants), ConfigError);
    CHECK_NOTHROW(make(nearest_windows(cube->info(), 1), constants));
}

TEST_CASE("normalisation survives a file, and nonsense is refused")
{
    Normalisation n;
    n.unit = "mm", n.target = {-1.25, 33.000000000000007, -90.5, 1e3}, n.fields["tp"] = {0.1, 1e-7},
    n.units["tp"] = "mm/month";
    n.recharge_scale = 1.0 / 3.0, n.change_scale = 12;
    const std::string text = n.to_json();
    const Normalisation again = Normalisation::from_json(text);
    CHECK(again.to_json() == text);
    CHECK(again.target.scale == n.target.scale);
    CHECK((again.target.lowest == -90.5 && again.target.highest == 1e3));
    CHECK(std::isinf(again.fields.at("tp").highest)); // a range that is not known
    CHECK(again.fields.at("tp").scale == 1e-7);
    CHECK(again.units.at("tp") == "mm/month");
    CHECK(again.recharge_scale == n.recharge_scale);
    for (const char* bad : {"", "[]", "{}", R"({"unit": 3})"})
        CHECK_THROWS_AS(Normalisation::from_json(bad), DataError);
    n.target.scale = 0;
    CHECK_THROWS_AS(Normalisation::from_json(n.to_json()), DataError);
}
