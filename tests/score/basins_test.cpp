#include "gwsd/score/basins.hpp"

#include <cmath>
#include <fstream>
#include <numbers>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/io/output.hpp"
#include "gwsd/score/correlated_mean.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::score;
using namespace gwsd::test;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

const char* const two_polygons = R"({"type": "FeatureCollection", "features": [
 {"type": "Feature", "properties": {"id": 7, "basin_name": "Upper, \"wet\""}, "geometry":
   {"type": "Polygon", "coordinates": [[[0, 0], [2, 0], [2, 1.5], [0, 1.5], [0, 0]]]}},
 {"type": "Feature", "properties": {"id": 8, "basin_name": "Far"}, "geometry":
   {"type": "MultiPolygon", "coordinates": [[[[100, 0], [101, 0], [101, 1], [100, 0]]]]}}]})";

/// 4 x 4 cells of 1 degree from (0, 0), 24 months of value = 12 month / 12 + row, sigma 10.
std::string write_field(const TemporaryFolder& folder, bool has_error = true, bool with_gap = false)
{
    const std::string path = folder / "field.nc";
    io::OutputInfo info;
    info.grid = geo::regular_grid(1, {0, 0, 4, 4});
    info.time = geo::TimeAxis::months(geo::Month::of(2005, 1), geo::Month::of(2006, 12));
    info.has_error = has_error;
    const auto writer = io::create_output(path, info, false);
    for (Index t = 0; t < 24; ++t) {
        std::vector<float> value, error(has_error ? 16 : 0, 10.0F);
        for (Index i = 0; i < 16; ++i) value.push_back(static_cast<float>(t + i / 4));
        if (with_gap && t == 5) value[0] = value[1] = missing;
        writer->write(t, value, error);
    }
    writer->finish();
    return path;
}

double direct_error(const std::vector<Place>& places, const std::vector<double>& w, const std::vector<double>& s,
                    double length)
{
    constexpr double radian = std::numbers::pi / 180;
    double variance = 0, total = 0;
    for (std::size_t i = 0; i < places.size(); ++i) {
        total += w[i];
        for (std::size_t k = 0; k < places.size(); ++k) {
            const double a = std::sin((places[i].lat - places[k].lat) * radian / 2),
                         b = std::sin((places[i].lon - places[k].lon) * radian / 2);
            const double d = 2 * 6371 *
                             std::asin(std::sqrt(a * a + std::cos(places[i].lat * radian) *
                                                             std::cos(places[k].lat * radian) * b * b));
            variance += w[i] * w[k] * s[i] * s[k] * std::exp(-d / length);
        }
    }
    return std::sqrt(variance) / total;
}

} // namespace

TEST_CASE("the error of a mean counts that errors are correlated in space")
{
    std::vector<Place> places;
    std::vector<double> w, s;
    Random random(3);
    for (int row = 0; row < 40; ++row)
        for (int col = 0; col < 50; ++col) {
            places.push_back({40 + 0.25 * row, -5 + 0.25 * col});
            w.push_back(std::cos(places.back().lat * std::numbers::pi / 180) * random.uniform(0.2, 1));
            s.push_back(random.uniform(20, 60));
        }
    const double exact = direct_error(places, w, s, 300);
    CHECK(CorrelatedMean(places, 300, 5000).standard_error(w, s) == Approx(exact).epsilon(1e-9));
    // Blocks cost little accuracy.
    const CorrelatedMean blocks(places, 300, 300);
    CHECK(blocks.blocks() <= 300);
    CHECK(blocks.blocks() > 100);
    CHECK(blocks.standard_error(w, s) == Approx(exact).epsilon(0.01));
    // Far more than independent errors, less than errors that are all the same.
    CHECK(exact > 10 * CorrelatedMean(places, 0).standard_error(w, s));
    CHECK(exact < CorrelatedMean(places, 1e7).standard_error(w, s));
}

TEST_CASE("errors of a mean by hand: one place, two places, places that do not count")
{
    const std::vector<Place> places{{0, 0}, {0, 1}, {50, 50}};
    const CorrelatedMean mean(places, 300);
    const std::vector<double> one{2, 0, 0}, two{1, 1, 0}, s{3, 4, 1000};
    CHECK(mean.standard_error(one, s) == Approx(3));
    const double r = std::exp(-6371 * std::numbers::pi / 180 / 300);
    CHECK(mean.standard_error(two, s) == Approx(std::sqrt(9 + 16 + 2 * 12 * r) / 2));
    CHECK(CorrelatedMean(places, 0).standard_error(two, s) == Approx(2.5));
    const double nan = std::nan("");
    CHECK(mean.standard_error(two, std::vector<double>{3, nan, 1}) == Approx(std::sqrt(9 + 9 + 18 * r) / 2));
    CHECK(std::isnan(mean.standard_error(two, std::vector<double>{nan, nan, 1})));
    CHECK_THROWS_AS(mean.standard_error(std::vector<double>{1, 1}, s), ShapeError);
    CHECK_THROWS_AS(CorrelatedMean(places, -1), ConfigError);
}

TEST_CASE("means over hand-made polygons weigh cells by the area inside, and find the trend")
{
    const TemporaryFolder folder;
    BasinsOptions options;
    options.field = {write_field(folder, true, true)};
    options.shapes = written(folder / "two.geojson", two_polygons);
    const BasinMeans means = basin_means(options);
    CHECK(means.outside == std::vector<std::string>{"Far"});
    REQUIRE(means.basins.size() == 1);
    const BasinSeries& basin = means.basins[0];
    // Two cells of the first row whole, two of the second by half; areas differ by a hundredth of a percent.
    CHECK(basin.value[0] == Approx(1.0 / 3).epsilon(1e-3));
    CHECK(basin.value[23] == Approx(23 + 1.0 / 3).epsilon(1e-4));
    CHECK(basin.valid_fraction[0] == Approx(1));
    CHECK(basin.value[5] == Approx(6));
    CHECK(basin.valid_fraction[5] == Approx(1.0 / 3).epsilon(1e-3));
    CHECK(basin.area_km2 == Approx(2 * 1.5 * 111.195 * 111.195).epsilon(1e-3));
    // The cells lie within 180 km: their errors hardly average out.
    CHECK(basin.standard_error[0] > 8);
    CHECK(basin.standard_error[0] < 10);
    CHECK(basin.trend == Approx(12).epsilon(0.02));
    CHECK(basin.trend_standard_error > 0);

    options.min_valid_fraction = 0.5;
    CHECK(std::isnan(basin_means(options).basins[0].value[5]));
    options.correlation_km = 0;
    CHECK(basin_means(options).basins[0].standard_error[0] ==
          Approx(10 * std::sqrt(2 * 1 + 2 * 0.25) / 3).epsilon(1e-3));
}

TEST_CASE("gwsd basins writes CSV with quoted names, to a file or to standard output, and JSON on request")
{
    const TemporaryFolder folder;
    const std::string field = write_field(folder), shapes = written(folder / "two.geojson", two_polygons);
    const CommandResult run = run_gwsd({"basins", "--field", field, "--shapes", shapes});
    REQUIRE(run.code == 0);
    std::istringstream lines(run.out);
    std::string header, first;
    std::getline(lines, header);
    std::getline(lines, first);
    CHECK(header == "polygon,time,value,standard_error,valid_fraction,trend_per_year,trend_standard_error");
    CHECK(first.substr(0, 28) == "\"Upper, \"\"wet\"\"\",2005-01,0.3");
    CHECK(run.err.find("warning: 1 polygons lie outside the field and are left out: Far") != std::string::npos);
    REQUIRE(run_gwsd({"basins", "--field", field, "--shapes", shapes, "--output", folder / "b.csv"}).code == 0);
    std::ostringstream written;
    written << std::ifstream(folder / "b.csv").rdbuf();
    CHECK(written.str() == run.out);
    const CommandResult json = run_gwsd({"basins", "--field", field, "--shapes", shapes, "--json", "--quiet"});
    CHECK(json.out.find("\"name\": \"Upper, \\\"wet\\\"\"") != std::string::npos);
    CHECK(json.out.find("\"trend_per_year\": ") != std::string::npos);
    CHECK(run_gwsd({"basins", "--field", folder / "absent.nc", "--shapes", shapes}).code == 66);
    CHECK(run_gwsd({"basins", "--field", field, "--shapes", folder / "absent.geojson"}).code == 66);
}

TEST_CASE("a field without uncertainty has means without standard errors, and says so")
{
    const TemporaryFolder folder;
    const CommandResult run = run_gwsd(
        {"basins", "--field", write_field(folder, false), "--shapes", written(folder / "two.json", two_polygons)});
    REQUIRE(run.code == 0);
    CHECK(run.out.find(",,1.0000,") != std::string::npos);
    CHECK(run.err.find("no uncertainty") != std::string::npos);
}

TEST_CASE("gwsd basins ends with the documented exit codes")
{
    const TemporaryFolder folder;
    const std::string field = write_field(folder), shapes = written(folder / "two.geojson", two_polygons);
    const auto code = [](std::vector<std::string> arguments) {
        arguments.insert(arguments.begin(), "basins");
        return run_gwsd(arguments).code;
    };
    CHECK(code({"--field", field}) == 64);
    CHECK(code({"--field", field, "--shapes", shapes, "--correlation-length", "-5"}) == 64);
    CHECK(code({"--field", field, "--shapes", folder / "none.shp"}) == 66);
    CHECK(code({"--field", folder / "none.nc", "--shapes", shapes}) == 66);
    CHECK(code({"--field", field, "--shapes", field}) == 65);
    CHECK(code({"--field", field, "--shapes", shapes, "--variable", "tp"}) == 65);
    CHECK(code({"--field", field, "--shapes", shapes, "--name-field", "river"}) == 65);
    CHECK(code({"--field", field, "--shapes", shapes, "--output", shapes, "--overwrite"}) == 73);
}

TEST_CASE("basins of real polygons: the Mississippi and the Paris Basin in the real GRACE grid", "[slow]")
{
    const std::string data = GWSD_SHARED_DATA, field = data + "/grace_l2/TWSA_CSR_200204_202309_0.5deg_Gauss250km.nc";
    if (!std::ifstream(field)) {
        WARN("SKIPPED: the folder of shared data is absent");
        return;
    }
    BasinsOptions options;
    options.field = {field};
    options.shapes = data + "/static/mrb/mrb.shp";
    const BasinSeries river = basin_means(options).basins.at(0);
    CHECK(river.name == "mrb 1");
    CHECK(river.area_km2 == Approx(3.2e6).epsilon(0.05));
    CHECK(river.value.size() == 224);
    CHECK(river.standard_error[0] > 1);
    CHECK(river.standard_error[0] < 30);
    options.shapes = data + "/g3p/G3P_Aquifers_SET2.shp";
    const BasinSeries aquifer = basin_means(options).basins.at(0);
    CHECK(aquifer.name == "Paris Basin");
    CHECK(aquifer.area_km2 == Approx(190000).epsilon(0.15));
}
