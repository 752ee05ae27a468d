// What prepare refuses, and what it says.

#include "prepare/inputs.hpp"

using namespace gwsd;
using namespace gwsd::test;

TEST_CASE("total water storage is refused unless it is wanted or storages are subtracted")
{
    Inputs inputs;
    const auto value = [](Index t, Index r, Index c) { return static_cast<float>(10 * t + r + c); };
    const std::string tws = write_fields(inputs.folder / "tws.nc", inputs.coarse, inputs.time,
                                         {{"lwe_thickness", "mm", "total water storage anomaly", value}});
    const std::string soil =
        write_fields(inputs.folder / "soil.nc", inputs.weather, inputs.time,
                     {{"SoilMoist", "kg m-2", "soil moisture",
                       [](Index t, Index, Index) { return 200.0F + 3.0F * static_cast<float>(t); }},
                      {"SWE", "kg m-2", "snow", [](Index t, Index, Index) { return static_cast<float>(t * t); }}});
    auto options = inputs.options();
    options.gwsa = {tws};
    CHECK(has(inputs.refusal(options), "total water storage, not groundwater storage"));
    CHECK(has(inputs.refusal(options), "--quantity tws"));

    options.quantity = "tws";
    CHECK(inputs.cube(options)->info().quantity == "twsa");
    options.gwsa = {inputs.gwsa};
    CHECK(has(inputs.refusal(options), "no variable for 'tws'"));
    options.gwsa = {inputs.gwsa + ":gwsa"};
    CHECK(has(inputs.refusal(options), "is groundwater storage"));

    options.quantity = "";
    CHECK_NOTHROW(inputs.cube(options));
    options.subtract = {soil + ":SoilMoist,SWE"};
    CHECK(has(inputs.refusal(options), "groundwater storage already"));
    options.gwsa = {tws};
    const auto cube = inputs.cube(options);
    CHECK(cube->info().quantity == "gwsa");
    // Means over the six months: 3 t has 7.5, t^2 has 55 / 6.
    for (const Index t : {0, 4}) {
        const double x = static_cast<double>(t);
        const double expected = 10 * x + 3 - (3 * x - 7.5) - (x * x - 55.0 / 6.0);
        CHECK(std::abs(static_cast<double>(at(*cube, "gwsa", t, 1, 2)) - expected) < 1e-3);
    }
}

TEST_CASE("predictors must cover region and period, unless a part will do")
{
    Inputs inputs;
    const geo::Grid small = geo::regular_grid(0.25, {10, 40, 11.5, 42});
    const auto rain = [](Index t, Index r, Index c) { return static_cast<float>(t + r + c); };
    auto options = inputs.options();
    options.predictors = {
        "tp=" + write_fields(inputs.folder / "s.nc", small, inputs.time, {{"rain", "mm/month", "", rain}}) + ":rain"};
    // Without a region the cube is what the inputs share.
    CHECK(inputs.cube(options)->info().coarse.cols() == 3);
    options.region = "10,40,12,42";
    const std::string text = inputs.refusal(options);
    INFO(text);
    CHECK(has(text, "covers 10,40,11.5,42 of the region 10,40,12,42"));
    CHECK(has(text, "share 10,40,11.5,42"));
    options.subset = true;
    options.land = write_fields(inputs.folder / "land.nc", inputs.weather, {},
                                {{"land", "1", "", [](Index, Index, Index) { return 1.0F; }}}) +
                   ":land";
    const auto cube = inputs.cube(options);
    CHECK(at(*cube, "tp", 0, 0, 15) == at(*cube, "tp", 0, 0, 11)); // from the nearest cell
    options.outside = "missing";
    const auto apart = inputs.cube(options);
    CHECK(at(*apart, "tp", 0, 0, 11) == at(*cube, "tp", 0, 0, 11));
    CHECK(std::isnan(at(*apart, "tp", 0, 0, 12)));
    CHECK(std::isnan(at(*apart, "tp_coarse", 0, 0, 3)));
    CHECK(std::isfinite(at(*apart, "tp_coarse", 0, 0, 2)));
    options.outside = "zero";
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "zero.nc", true), ConfigError);

    auto late = inputs.options();
    late.predictors = {"tp=" +
                       write_fields(inputs.folder / "l.nc", inputs.weather, months("2005-03:2005-06"),
                                    {{"rain", "mm/month", "", rain}}) +
                       ":rain"};
    CHECK(inputs.cube(late)->info().time.label(0) == "2005-03");
    late.period = "2005-01:2005-06";
    CHECK(has(inputs.refusal(late), "lacks 2 of the 6 steps: 2005-01, 2005-02"));
    late.subset = true;
    CHECK(std::isnan(at(*inputs.cube(late), "tp", 0, 0, 0)));
    late.period = "2006-01";
    CHECK(has(inputs.refusal(late), "has no step in 2006-01"));
}

TEST_CASE("a month without any value is refused, missing cells are filled from the nearest")
{
    Inputs inputs;
    auto options = inputs.options();
    const auto rain = [](Index t, Index r, Index c) { return t == 2 ? gap : static_cast<float>(r + c); };
    options.predictors = {
        "tp=" + write_fields(inputs.folder / "e.nc", inputs.weather, inputs.time, {{"rain", "mm/month", "", rain}}) +
        ":rain"};
    CHECK(has(inputs.refusal(options), "no value in the region in 2005-03"));
    options.subset = true;
    CHECK(std::isnan(at(*inputs.cube(options), "tp", 2, 0, 0)));

    const auto holes = [](Index, Index r, Index c) { return c >= 8 ? gap : static_cast<float>(10 * r + c); };
    auto filled = inputs.options();
    filled.land = write_fields(inputs.folder / "land.nc", inputs.weather, {},
                               {{"land", "1", "land", [](Index, Index, Index) { return 1.0F; }}}) +
                  ":land";
    filled.predictors = {
        "tp=" + write_fields(inputs.folder / "h.nc", inputs.weather, inputs.time, {{"rain", "mm/month", "", holes}}) +
        ":rain"};
    const auto cube = inputs.cube(filled);
    CHECK(at(*cube, "tp", 0, 0, 15) == 47.0F); // weather row 4, last valid column 7
    CHECK(at(*cube, "tp_coarse", 0, 0, 3) == at(*cube, "tp_coarse", 0, 0, 1));
}

TEST_CASE("a predictor that is the target is refused by name and by value")
{
    Inputs inputs;
    auto options = inputs.options();
    options.reference = {inputs.reference};
    options.predictors = {"copy=" + inputs.reference + ":gws"};
    CHECK(has(inputs.refusal(options), "the target and the predictor 'copy' at once"));
    const std::string scaled =
        write_fields(inputs.folder / "scaled.nc", inputs.fine, inputs.time,
                     {{"x", "1", "", [](Index t, Index r, Index c) {
                           return 5.0F - 2.0F * static_cast<float>((t + 1) * ((r * 7 + c * 3) % 11));
                       }}});
    options.predictors = {"copy=" + scaled + ":x"};
    CHECK(has(inputs.refusal(options), "it equals the target"));
}

TEST_CASE("inputs that cannot make a cube are refused with what to do")
{
    Inputs inputs;
    data::PrepareOptions none;
    CHECK_THROWS_AS(data::prepare(none, inputs.folder / "x.nc", false), ConfigError);
    auto options = inputs.options();
    options.gwsa = {inputs.folder / "absent_*.nc"};
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), InputMissing);
    options = inputs.options();
    options.predictors = {"tp"};
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), ConfigError);
    options.predictors = {"9rain=" + inputs.tp + ":rain"};
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), Error);
    options.predictors = {"gwsa=" + inputs.tp + ":rain"};
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), Error);
    options = inputs.options();
    options.statics = {inputs.tp + ":rain"};
    CHECK(has(inputs.refusal(options), "no static field"));
    options = inputs.options();
    options.land = write_fields(inputs.folder / "land.nc", inputs.weather, {},
                                {{"land", "1", "", [](Index, Index, Index) { return 0.0F; }}}) +
                   ":land";
    CHECK(has(inputs.refusal(options), "there is no land"));
    options.land = write_fields(inputs.folder / "land7.nc", inputs.weather, {},
                                {{"land", "1", "", [](Index, Index, Index) { return 7.0F; }}}) +
                   ":land";
    CHECK(has(inputs.refusal(options), "land fraction lies within 0 and 1"));
    options = inputs.options();
    options.quantity = "ice";
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), ConfigError);
    options = inputs.options();
    data::prepare(options, inputs.folder / "x.nc", false);
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), CannotCreate);
    CHECK_THROWS_AS(data::prepare(options, inputs.gwsa, true), CannotCreate);
}
