#include "gwsd/data/predictor_memory.hpp"

#include <array>

#include "data/small_cube.hpp"
#include "data/snow_store.hpp"
#include "gwsd/core/error.hpp"
#include "gwsd/data/target.hpp"
#include "gwsd/data/views.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using namespace gwsd::test;

namespace {

const geo::Region region{0, 0, 2, 2};
const std::vector<PredictorMemory> year{{"tp", 12}};

std::shared_ptr<const io::FieldSource> with_memory(std::shared_ptr<const io::FieldSource> cube,
                                                   const std::vector<PredictorMemory>& memories)
{
    return data::with_memory(std::move(cube), memories, "gwsa_operator");
}

/// Rain that no formula of the test repeats: another one in each month and place.
double rain(Index t, double lat, double lon)
{
    return 50 + 30 * std::sin(1.7 * static_cast<double>(t) + lat) +
           10 * std::cos(0.3 * static_cast<double>(t * t) + lon);
}

/// What a reservoir that starts from `start` holds of the rain of a place after step t.
double held(Index t, double start, double months, double lat, double lon)
{
    double m = start;
    for (Index s = 0; s <= t; ++s) m += (1 - std::exp(-1 / months)) * (rain(s, lat, lon) - m);
    return m;
}

double first_year(double lat, double lon)
{
    double sum = 0;
    for (Index t = 0; t < 12; ++t) sum += rain(t, lat, lon);
    return sum / 12;
}

} // namespace

TEST_CASE("a memory is a reservoir's level, in any order of asking")
{
    const auto cube = empty_cube(1.0, region, "2005-01:2008-12", 2, {"tp"});
    set_predictor(*cube, "tp", rain);
    const auto view = with_memory(cube, {{"tp", 3}, {"tp", 12}});
    CHECK(view->info().predictors == std::vector<std::string>{"tp", "tp_memory3", "tp_memory12"});
    CHECK(view->info().predictor_units == std::vector<std::string>{"mm/month", "mm/month", "mm/month"});
    const geo::Grid &fine = cube->info().fine, &coarse = cube->info().coarse;
    for (const Index t : {47, 0, 30, 29, 12, 5}) {
        INFO("step " << t);
        for (const double months : {3.0, 12.0}) {
            const auto name = PredictorMemory{"tp", static_cast<Index>(months)}.name();
            CHECK((*view->field(name, t))[6] == // row 1, column 2
                  Approx(held(t, first_year(fine.lat(1), fine.lon(2)), months, fine.lat(1), fine.lon(2))));
            CHECK((*view->field(name + "_coarse", t))[3] ==
                  Approx(held(t, first_year(coarse.lat(1), coarse.lon(1)), months, coarse.lat(1), coarse.lon(1))));
        }
        CHECK((*view->field("tp", t))[6] == Approx(rain(t, fine.lat(1), fine.lon(2))));
    }
}

TEST_CASE("a memory is the same bits whether its steps were asked for in order or not, and however often")
{
    const auto cube = empty_cube(1.0, region, "2005-01:2015-12", 2, {"tp"});
    set_predictor(*cube, "tp", rain);
    const auto in_order = with_memory(cube, year), back = with_memory(cube, year);
    std::vector<std::vector<float>> fields;
    for (Index t = 0; t < 132; ++t) fields.push_back(*in_order->field("tp_memory12", t));
    for (Index t = 132; t-- > 0;) CHECK(*back->field("tp_memory12", t) == fields[static_cast<std::size_t>(t)]);
    CHECK(*in_order->field("tp_memory12", 40) == fields[40]);
}

TEST_CASE("a month without a value leaves a memory as it was, and a place without values has none")
{
    const auto cube = empty_cube(1.0, region, "2005-01:2007-12", 2, {"tp"});
    set_predictor(*cube, "tp", rain);
    for (Index t = 0; t < 36; ++t) {
        auto field = *cube->field("tp", t);
        field[0] = missing;
        if (t == 20) field[1] = missing;
        cube->set("tp", t, field);
    }
    const auto view = with_memory(cube, year);
    CHECK(std::isnan((*view->field("tp_memory12", 35))[0]));
    const auto before = *view->field("tp_memory12", 19), during = *view->field("tp_memory12", 20);
    CHECK(during[1] == before[1]);
    CHECK(during[2] != before[2]);
}

TEST_CASE("in training a memory reads no month that is not readable, and nothing that comes later")
{
    const auto cube = empty_cube(1.0, region, "2005-01:2008-12", 2, {"tp"});
    set_predictor(*cube, "tp", rain);
    std::vector<char> readable(48, 1);
    for (Index t = 20; t < 30; ++t) readable[static_cast<std::size_t>(t)] = 0;
    const auto before = *with_memory(only_steps(cube, readable), year)->field("tp_memory12", 40);
    const auto all_before = *with_memory(cube, year)->field("tp_memory12", 19);
    for (Index t = 20; t < 30; ++t) cube->set("tp", t, std::vector<float>(16, 1e6F));
    CHECK(*with_memory(only_steps(cube, readable), year)->field("tp_memory12", 40) == before);
    CHECK(*with_memory(cube, year)->field("tp_memory12", 19) == all_before);
    CHECK(*with_memory(cube, year)->field("tp_memory12", 40) != before); // else the test could not fail
}

TEST_CASE("with a temperature a memory is fed by rain and melt, from the snow that the first year leaves")
{
    const auto cube = empty_cube(1.0, region, "2005-01:2008-12", 2, {"tp", "t2m"});
    cube->info().predictor_units = {"mm/month", "K"};
    set_predictor(*cube, "tp", rain);
    const auto celsius = [](Index t, double lat, double lon) {
        return 2 * lat + lon - 10 * std::cos(2 * 3.14159265358979 * static_cast<double>(t) / 12);
    };
    set_predictor(*cube, "t2m", [&](Index t, double lat, double lon) { return 273.15 + celsius(t, lat, lon); });
    const PredictorMemory quick{"tp", 3, "t2m"}, slow{"tp", 12, "t2m"}, plain{"tp", 3};
    CHECK(quick.name() == "tp_liquid_memory3");
    const auto view = with_memory(cube, {quick, slow, plain});
    CHECK(view->info().predictors ==
          std::vector<std::string>{"tp", "t2m", "tp_liquid_memory3", "tp_liquid_memory12", "tp_memory3"});
    CHECK(view->info().predictor_units[2] == "mm/month");
    const geo::Grid& fine = cube->info().fine;
    for (const Index t : {47, 0, 30, 29, 12, 5}) {
        INFO("step " << t);
        const double lat = fine.lat(1), lon = fine.lon(2);
        float snow = 0;
        const auto water = [&](Index s) {
            return static_cast<double>(
                SnowStore::water(static_cast<float>(rain(s, lat, lon)), celsius(s, lat, lon), snow));
        };
        double start = 0;
        for (Index s = 0; s < 12; ++s) start += water(s) / 12;
        CHECK(snow > 1); // else the year's snow could be forgotten unseen
        double levels[2] = {start, start};
        for (Index s = 0; s <= t; ++s) {
            const double x = water(s);
            levels[0] += (1 - std::exp(-1 / 3.0)) * (x - levels[0]);
            levels[1] += (1 - std::exp(-1 / 12.0)) * (x - levels[1]);
        }
        CHECK((*view->field(quick.name(), t))[6] == Approx(levels[0]).epsilon(1e-4));
        CHECK((*view->field(slow.name(), t))[6] == Approx(levels[1]).epsilon(1e-4));
        CHECK((*view->field(plain.name(), t))[6] == Approx(held(t, first_year(lat, lon), 3, lat, lon)).epsilon(1e-4));
    }
    // In a month without a temperature all is rain.
    auto warmth = *cube->field("t2m", 20);
    warmth[6] = missing;
    cube->set("t2m", 20, warmth);
    const auto gap = with_memory(cube, {quick});
    const double before = (*gap->field(quick.name(), 19))[6], fell = rain(20, fine.lat(1), fine.lon(2));
    CHECK((*gap->field(quick.name(), 20))[6] ==
          Approx(before + (1 - std::exp(-1 / 3.0)) * (fell - before)).epsilon(1e-4));

    cube->info().predictor_units[1] = "Pa";
    CHECK_THROWS_WITH(with_memory(cube, {quick}), Catch::Matchers::Contains("'t2m' has the unit 'Pa'") &&
                                                      Catch::Matchers::Contains("data.temperature"));
    cube->info().predictor_units = {"m/month", "degC"};
    CHECK_THROWS_WITH(with_memory(cube, {quick}), Catch::Matchers::Contains("'tp' has the unit 'm/month'"));
}

TEST_CASE("a memory of what is not there, or of instants, is refused by name")
{
    const auto cube = empty_cube(1.0, region, "2005-01:2006-12", 2, {"swvl1"});
    CHECK_THROWS_WITH(with_memory(cube, year), Catch::Matchers::Contains("no predictor 'tp'"));
    CHECK(with_memory(cube, {}) == cube);
    cube->info().time.monthly = false;
    CHECK_THROWS_AS(with_memory(cube, {{"swvl1", 3}}), ConfigError);
}

TEST_CASE("regions balance with block means of the reference where they are asked to")
{
    const auto cube = learnable_cube({0, 0, 8, 8}, "2005-01:2006-12");
    std::vector<char> usable(static_cast<std::size_t>(cube->info().fine.cells()), 1);
    usable[0] = 0;
    for (Index t = 0; t < 24; ++t) { // the coarse field says something else
        auto coarse = *cube->field("gwsa_operator", t);
        for (float& value : coarse) value += 100;
        cube->set("gwsa_operator", t, coarse);
    }
    const InputSpec spec{.predictors = cube->info().predictors,
                         .statics = cube->info().statics,
                         .factor = cube->info().factor,
                         .coarse_is_operator = true};
    const std::vector<Index> steps{6, 7, 8};
    const Normalisation n = training_constants(*cube, spec, steps, usable);
    const auto maker = std::make_shared<const BatchMaker>(cube, spec, n, 8, 8);
    const std::vector<Tile> tile{{7, 0, 0}};
    const TargetBatch truth = TargetMaker(maker, 8, usable, {}, {.balance_with_reference = true})(tile),
                      given = TargetMaker(maker, 8, usable, {}, {})(tile);
    const auto reference = *cube->field("reference", 7);
    const Index cols = cube->info().fine.cols(), f = cube->info().factor;
    double sum = 0, weight = 0; // of the south-western coarse cell, less its first fine cell
    for (Index r = 0; r < f; ++r)
        for (Index c = 0; c < f; ++c)
            if (r + c > 0) {
                const double w = cube->info().fine.row_weight(r);
                sum += w * static_cast<double>(reference[static_cast<std::size_t>(r * cols + c)]), weight += w;
            }
    CHECK(truth.coarse.data()[0] == Approx((sum / weight - n.target.mean) / n.target.scale));
    CHECK(truth.coarse_valid.data()[0] == 1.0F);
    CHECK(given.coarse.data()[5] - truth.coarse.data()[5] == Approx(100 / n.target.scale).epsilon(1e-3));
}

TEST_CASE(
    "the memory of the coarse field is a reservoir's level too, interpolated between its cells, and passes over gaps")
{
    const auto cube = empty_cube(1.0, {0, 0, 3, 2}, "2005-01:2007-12", 2, {"tp"});
    cube->info().unit = "mm";
    const auto seen = [](Index t) { return t != 4 && t != 20; };
    const auto value = [](Index t, Index cell) {
        return std::sin(0.7 * static_cast<double>(t)) + static_cast<double>(10 * cell);
    };
    for (Index t = 0; t < 36; ++t) {
        std::vector<float> field;
        for (Index cell = 0; cell < 6; ++cell) field.push_back(static_cast<float>(value(t, cell)));
        if (seen(t)) cube->set("gwsa_operator", t, field);
    }
    const auto view = with_memory(cube, {{PredictorMemory::coarse_field, 6}});
    CHECK(view->info().predictors == std::vector<std::string>{"tp", "gwsa_memory6"});
    CHECK(view->info().predictor_units.back() == "mm");
    std::array<double, 6> level{};
    for (std::size_t cell = 0; cell < 6; ++cell) {
        Index count = 0;
        for (Index t = 0; count < 12; ++t)
            if (seen(t)) level[cell] += value(t, static_cast<Index>(cell)) / 12, ++count;
    }
    for (Index t = 0; t < 36; ++t) {
        for (std::size_t cell = 0; cell < 6 && seen(t); ++cell)
            level[cell] += (1 - std::exp(-1 / 6.0)) * (value(t, static_cast<Index>(cell)) - level[cell]);
        const auto coarse = view->field("gwsa_memory6_coarse", t), fine = view->field("gwsa_memory6", t);
        for (std::size_t cell = 0; cell < 6; ++cell) CHECK((*coarse)[cell] == Approx(level[cell]).margin(1e-4));
        // Row 1 lies a quarter of a cell above the first coarse row, column 1 a quarter east of the first centre.
        const double south = 0.75 * level[0] + 0.25 * level[1], north = 0.75 * level[3] + 0.25 * level[4];
        CHECK((*fine)[7] == Approx(0.75 * south + 0.25 * north).margin(1e-3));
        CHECK(std::isfinite((*fine)[0]));
    }
    CHECK(view->field("gwsa_operator", 7) == cube->field("gwsa_operator", 7));
}

TEST_CASE("memories are read back from the text that a prediction carries")
{
    const std::vector<PredictorMemory> memories{{"tp", 3, "t2m"}, {"tp", 12}, {PredictorMemory::coarse_field, 600}};
    CHECK(to_text(memories) == "tp+t2m:3,tp:12,gwsa:600");
    CHECK(parse_memories(to_text(memories), "file") == memories);
    CHECK(parse_memories(to_text({}), "file").empty());
    CHECK(parse_memories("", "file").empty());
    for (const char* wrong : {"tp", "tp+t2m", "tp:0", "tp:2.5", "tp:x", "tp:", "tp:601"})
        CHECK_THROWS_WITH(parse_memories(wrong, "file"), Catch::Matchers::Contains("file: '" + std::string(wrong)));
}
