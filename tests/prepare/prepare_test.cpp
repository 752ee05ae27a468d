#include "gwsd/data/prepare.hpp"

#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "gwsd/data/world_files.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/cube.hpp"
#include "gwsd/io/series.hpp"
#include "prepare/field_file.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

const float gap = std::nanf("");

// A coarse field over 4 x 4 cells of half a degree, some months of 2005, and a predictor and a reference to go with it.
struct Inputs {
    TemporaryFolder folder;
    geo::Grid coarse = geo::regular_grid(0.5, {10, 40, 12, 42}), fine = geo::refine(coarse, 4),
              weather = geo::regular_grid(0.25, {9, 39, 13, 43});
    geo::TimeAxis time = months("2005-01:2005-06");
    std::string gwsa, tp, reference;

    Inputs()
    {
        gwsa = write_fields(folder / "gwsa.nc", coarse, time,
                            {{"gwsa", "cm", "groundwater storage anomaly",
                              [](Index t, Index r, Index c) { return static_cast<float>(t + 10 * r + c); }},
                             {"uncertainty", "cm", "1-sigma", [](Index, Index, Index) { return 2.0F; }}});
        tp = write_fields(folder / "tp.nc", weather, time,
                          {{"rain", "mm/month", "precipitation",
                            [](Index t, Index r, Index) { return static_cast<float>(100 * t + r); }}});
        reference = write_fields(folder / "truth.nc", fine, time,
                                 {{"gws", "mm", "groundwater storage anomaly", [](Index t, Index r, Index c) {
                                       return static_cast<float>((t + 1) * ((r * 7 + c * 3) % 11));
                                   }}});
    }

    data::PrepareOptions options() const
    {
        data::PrepareOptions o;
        o.gwsa = {gwsa};
        o.predictors = {"tp=" + tp + ":rain"};
        return o;
    }
    std::shared_ptr<io::FieldSource> cube(const data::PrepareOptions& o) const
    {
        return io::open_cube(data::prepare(o, folder / "cube.nc", true).path);
    }
    std::string refusal(const data::PrepareOptions& o) const
    {
        try {
            data::prepare(o, folder / "refused.nc", false);
        } catch (const DataError& error) {
            CHECK_FALSE(std::filesystem::exists(folder / "refused.nc"));
            return error.what();
        }
        return "nothing was refused";
    }
};

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

float at(const io::FieldSource& cube, const std::string& variable, Index t, Index row, Index col)
{
    const bool coarse = variable.ends_with("_coarse") || variable.starts_with("gwsa");
    const geo::Grid& grid = coarse ? cube.info().coarse : cube.info().fine;
    return (*cube.field(variable, t))[static_cast<std::size_t>(row * grid.cols() + col)];
}

} // namespace

TEST_CASE("a cube holds the inputs on both grids, in internal units")
{
    Inputs inputs;
    auto options = inputs.options();
    options.reference = {inputs.reference};
    const auto cube = inputs.cube(options);
    const io::CubeInfo& info = cube->info();
    CHECK(geo::same_grid(info.coarse, inputs.coarse));
    CHECK(geo::same_grid(info.fine, inputs.fine));
    CHECK(info.time.label(0) == "2005-01");
    CHECK(info.time.size() == 6);
    CHECK(info.unit == "mm");
    CHECK(info.has_given);
    CHECK(info.has_sigma);
    CHECK(info.has_reference);
    CHECK_FALSE(info.synthetic);
    CHECK(info.predictors == std::vector<std::string>{"tp"});
    CHECK(at(*cube, "gwsa", 3, 2, 1) == 240.0F); // 24 cm
    CHECK(at(*cube, "gwsa_sigma", 0, 0, 0) == 20.0F);
    CHECK(at(*cube, "reference", 1, 5, 6) == 2.0F * static_cast<float>((35 + 18) % 11));
    // Rows of the weather are 0.25 degrees: fine row 0 lies in weather row 4, coarse row 0 in rows 4 and 5.
    CHECK(at(*cube, "tp", 2, 0, 0) == 204.0F);
    CHECK(at(*cube, "tp", 2, 3, 0) == 205.0F);
    CHECK(std::abs(at(*cube, "tp_coarse", 2, 0, 0) - 204.5F) < 2e-3F);
    CHECK(at(*cube, "land_fraction", 0, 0, 0) == 1.0F);
    CHECK(info.baseline == "unknown");

    const auto sources = nlohmann::json::parse(info.sources);
    REQUIRE(sources.size() == 3);
    CHECK(sources[0]["role"] == "gwsa");
    CHECK(sources[0]["xxh3"].get<std::string>().size() == 32);
}

TEST_CASE("the world's files make a cube that says it is synthetic and knows the satellite's gaps")
{
    const TemporaryFolder folder;
    const auto files = data::write_world(
        {.seed = 2, .region = {9, 45, 12, 47}, .period = geo::Period::parse("2003-05:2003-07")}, folder / "w", false);
    data::PrepareOptions options;
    options.gwsa = {files.gwsa};
    options.era5 = files.era5;
    options.reference = {files.truth};
    options.statics = {files.land + ":elevation", files.land + ":land_fraction"};
    const auto summary = data::prepare(options, folder / "cube", false);
    const auto cube = io::open_cube(folder / "cube");
    CHECK(cube->info().synthetic);
    CHECK(cube->info().baseline == "2002-04-01/2020-12-31");
    CHECK(cube->info().predictors == std::vector<std::string>{"tp", "swvl1", "t2m", "sp"});
    CHECK(cube->info().predictor_units == std::vector<std::string>{"mm/month", "m3 m-3", "K", "Pa"});
    CHECK(cube->info().statics == std::vector<std::string>{"elevation"});
    CHECK(summary.steps == 3);
    CHECK(summary.steps_with_coarse == 2);
    CHECK(summary.steps_with_reference == 3);
    for (const float v : *cube->field("gwsa", 1)) REQUIRE(std::isnan(v));

    io::SeriesOptions how;
    how.quantity = "reference";
    const auto truth = io::open_series({files.truth}, how);
    std::vector<float> field(static_cast<std::size_t>(truth->grid().cells())),
        seen(static_cast<std::size_t>(cube->info().coarse.cells()));
    truth->read(2, field);
    geo::ObservationOperator(truth->grid(), cube->info().coarse, 250).apply(field, seen);
    for (std::size_t i = 0; i < seen.size(); ++i)
        if (std::isfinite(seen[i])) REQUIRE(std::abs((*cube->field("gwsa_operator", 2))[i] - seen[i]) < 1e-4F);
    // Every land cell has its predictors, also where the coarser grid of the weather sees only sea.
    for (const char* name : {"tp", "swvl1", "t2m", "sp"})
        for (std::size_t i = 0; i < field.size(); ++i)
            if ((*cube->field("land_fraction", 0))[i] > 0) REQUIRE(std::isfinite((*cube->field(name, 0))[i]));
}

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

TEST_CASE("a reference that holds storage is turned into anomalies over the baseline")
{
    Inputs inputs;
    inputs.reference = write_fields(inputs.folder / "storage.nc", inputs.fine, inputs.time,
                                    {{"GWS_tavg", "kg m-2", "groundwater storage", [](Index t, Index r, Index) {
                                          return 1000.0F + 10.0F * static_cast<float>(t) + static_cast<float>(r);
                                      }}});
    auto options = inputs.options();
    options.gwsa.clear();
    options.reference = {inputs.reference};
    const auto cube = inputs.cube(options);
    CHECK(cube->info().baseline == "2005-01-01/2005-06-30");
    CHECK(std::abs(at(*cube, "reference", 0, 3, 3) + 25.0F) < 1e-3F);
    CHECK(std::abs(at(*cube, "reference", 5, 0, 9) - 25.0F) < 1e-3F);
    CHECK(std::abs(at(*cube, "gwsa_operator", 5, 0, 0) - 25.0F) < 1e-3F);
}

TEST_CASE("weekly percentiles keep their unit and days, with an area mean as coarse view")
{
    Inputs inputs;
    geo::TimeAxis weeks{false, {}};
    for (const int day : {3, 10, 17, 24}) weeks.steps.push_back(geo::days_from_civil(2003, 2, day));
    const geo::Grid quarter = geo::regular_grid(0.25, {0, 40, 8, 44});
    const std::string file = write_fields(
        inputs.folder / "weeks.nc", quarter, weeks,
        {{"gws_inst", "%", "Groundwater storage percentile",
          [](Index t, Index r, Index c) { return c < 4 ? gap : static_cast<float>((13 * r + 7 * c + t) % 100); }},
         {"sfsm_inst", "%", "Surface soil moisture percentile",
          [](Index t, Index r, Index c) { return c < 4 ? gap : static_cast<float>((13 * r + 9 * c + t) % 100); }}});
    data::PrepareOptions options;
    options.reference = {file + ":gws_inst"};
    options.era5 = {file};
    options.predictors = {"sfsm_inst"};
    options.operator_kind = "area-mean";
    options.resolution = 1.0;
    const auto cube = inputs.cube(options);
    CHECK_FALSE(cube->info().time.monthly);
    CHECK(cube->info().time.label(1) == "2003-02-10");
    CHECK(cube->info().unit == "%");
    CHECK(cube->info().coarse.cols() == 8);
    CHECK(cube->info().fine.cols() == 32);
    // The first degree of longitude has no value: sea.
    CHECK(at(*cube, "land_fraction", 0, 0, 0) == 0.0F);
    CHECK(std::isnan(at(*cube, "gwsa_operator", 0, 0, 0)));
    double sum = 0, weight = 0;
    for (Index r = 0; r < 4; ++r)
        for (Index c = 4; c < 8; ++c) {
            const double w = quarter.row_weight(r);
            sum += w * static_cast<double>((13 * r + 7 * c + 2) % 100);
            weight += w;
        }
    CHECK(std::abs(static_cast<double>(at(*cube, "gwsa_operator", 2, 0, 1)) - sum / weight) < 1e-3);
    CHECK(at(*cube, "reference", 2, 5, 9) == static_cast<float>((65 + 63 + 2) % 100));

    auto period = options;
    period.period = "2003-02-05:2003-02-20";
    CHECK(inputs.cube(period)->info().time.size() == 2);
    period.period = "2004-01";
    CHECK(has(inputs.refusal(period), "none of its 4 steps"));
    // A monthly predictor stands for the weeks of its month; a weekly one cannot stand for months.
    auto monthly = options;
    monthly.predictors = {"tp=" +
                          write_fields(inputs.folder / "m.nc", quarter, months("2003-01:2003-03"),
                                       {{"rain", "mm/month", "precipitation",
                                         [](Index t, Index, Index c) { return static_cast<float>(100 * t + c); }}}) +
                          ":rain"};
    CHECK(at(*inputs.cube(monthly), "tp", 3, 0, 5) == 105.0F);
    auto mixed = inputs.options();
    mixed.predictors = {"wet=" + file + ":sfsm_inst"};
    mixed.region = "10,40,12,42";
    mixed.subset = true;
    CHECK(has(inputs.refusal(mixed), "touch"));
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

TEST_CASE("regions are snapped outward, any factor and resolution work, also across the date line")
{
    Inputs inputs;
    const geo::Grid globe = geo::regular_grid(5.0, {-180, -20, 180, 20});
    const auto ramp = [](Index t, Index r, Index c) {
        return static_cast<float>(t + r) + 0.125F * static_cast<float>(c);
    };
    const geo::TimeAxis one = months("2005-01");
    data::PrepareOptions options;
    options.gwsa = {
        write_fields(inputs.folder / "g.nc", globe, one, {{"gwsa", "mm", "groundwater storage anomaly", ramp}})};
    options.factor = 3;
    options.region = "171,-4,-172,9";
    const auto cube = inputs.cube(options);
    const geo::Region bounds = cube->info().coarse.bounds();
    CHECK(bounds.west == 170);
    CHECK(bounds.east == 190);
    CHECK(bounds.south == -5);
    CHECK(bounds.north == 10);
    CHECK(cube->info().fine.cols() == 12);
    CHECK(at(*cube, "gwsa", 0, 0, 0) == 3.0F + 0.125F * 70);
    CHECK(at(*cube, "gwsa", 0, 0, 3) == 3.0F + 0.125F * 1);
    options.resolution = 2.5;
    CHECK(inputs.cube(options)->info().coarse.cols() == 8);
    options.factor = 0;
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), ConfigError);
}

TEST_CASE("noise on the operator's view has the product's sigma, or the one that is given")
{
    Inputs inputs;
    const geo::Grid coarse = geo::regular_grid(0.5, {0, -30, 90, 30}), fine = geo::refine(coarse, 1);
    const geo::TimeAxis one = months("2005-01:2005-04");
    data::PrepareOptions options;
    options.factor = 1;
    options.operator_kind = "area-mean";
    options.noise = true;
    options.reference = {
        write_fields(inputs.folder / "zero.nc", fine, one,
                     {{"gws", "mm", "groundwater storage anomaly", [](Index, Index, Index) { return 1.0F; }}})};
    CHECK_THROWS_AS(data::prepare(options, inputs.folder / "x.nc", false), ConfigError);
    options.noise_sigma = 30;
    const auto spread = [](const io::FieldSource& cube) {
        double square = 0, n = 0;
        for (Index t = 0; t < 4; ++t)
            for (const float v : *cube.field("gwsa_operator", t))
                square += std::pow(static_cast<double>(v) - 1, 2), n += 1;
        return std::sqrt(square / n);
    };
    CHECK(std::abs(spread(*inputs.cube(options)) / 30 - 1) < 0.15);
    options.noise_sigma = 0;
    options.gwsa = {
        write_fields(inputs.folder / "g.nc", coarse, one,
                     {{"gwsa", "mm", "groundwater storage anomaly", [](Index, Index, Index) { return 0.0F; }},
                      {"uncertainty", "mm", "", [](Index, Index, Index) { return 10.0F; }}})};
    CHECK(std::abs(spread(*inputs.cube(options)) / 10 - 1) < 0.15);
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

TEST_CASE("the files that a cube depends on are all that the options name, patterns expanded")
{
    Inputs inputs;
    auto options = inputs.options();
    options.era5 = {inputs.folder / "t*.nc"};
    options.predictors.push_back("t2m");
    options.land = inputs.tp + ":rain";
    CHECK(data::input_files(options) == std::vector<std::string>{inputs.gwsa, inputs.tp, inputs.reference});
    options.era5 = {inputs.folder / "q*.nc"};
    CHECK_THROWS_AS(data::input_files(options), InputMissing);
}

TEST_CASE("gwsd prepare takes its options from the command line over those of a configuration")
{
    Inputs inputs;
    const auto run = [&](std::vector<std::string> more) {
        std::vector<std::string> arguments{"prepare",     "--gwsa", inputs.gwsa, "--output", inputs.folder / "cli.nc",
                                           "--overwrite", "--json"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_gwsd(arguments);
    };
    auto result = run({"--set", "prepare.factor=2", "--predictors", "tp=" + inputs.tp + ":rain"});
    CHECK(result.code == 0);
    CHECK(nlohmann::json::parse(result.out)["fine"] == nlohmann::json({8, 8}));
    result = run({"--set", "prepare.factor=2", "--factor", "4"});
    CHECK(nlohmann::json::parse(result.out)["fine"] == nlohmann::json({16, 16}));
    CHECK(run({"--region", "1,2,3"}).code == 64);
    CHECK(run({"--set", "prepare.facto=2"}).code == 78);
    CHECK(run({"--period", "2010-01"}).code == 65);
    CHECK(run({"--operator", "box"}).code == 64);
}
