#include "gwsd/data/prepare.hpp"

#include <nlohmann/json.hpp>

#include "gwsd/data/world_files.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/series.hpp"
#include "prepare/inputs.hpp"

using namespace gwsd;
using namespace gwsd::test;

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
