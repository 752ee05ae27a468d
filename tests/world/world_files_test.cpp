#include "gwsd/data/world_files.hpp"

#include <algorithm>
#include <cmath>
#include <filesystem>

#include "gwsd/data/region.hpp"
#include "gwsd/geo/absent_months.hpp"
#include "gwsd/geo/interpolate.hpp"
#include "gwsd/io/series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using test::TemporaryFolder;

namespace {

const geo::Region valley{9, 45, 13, 48};

std::unique_ptr<io::Series> open(const std::vector<std::string>& files, const std::string& quantity, bool sigma = false)
{
    io::SeriesOptions options;
    options.quantity = quantity;
    options.companion_sigma = sigma;
    options.skip_files_without = true;
    return io::open_series(files, options);
}

std::vector<float> read(io::Series& series, Index t)
{
    std::vector<float> field(static_cast<std::size_t>(series.grid().cells()));
    series.read(t, field);
    return field;
}

// NaN is missing in both.
bool same(const std::vector<float>& a, const std::vector<float>& b)
{
    return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                      [](float x, float y) { return x == y || (std::isnan(x) && std::isnan(y)); });
}

double mean(const std::vector<float>& field)
{
    double sum = 0, n = 0;
    for (const float v : field)
        if (std::isfinite(v)) sum += static_cast<double>(v), n += 1;
    return sum / n;
}

double correlation(const std::vector<float>& a, const std::vector<float>& b)
{
    double n = 0, x = 0, y = 0, xx = 0, yy = 0, xy = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        if (!std::isfinite(a[i]) || !std::isfinite(b[i])) continue;
        const auto p = static_cast<double>(a[i]), q = static_cast<double>(b[i]);
        n += 1, x += p, y += q, xx += p * p, yy += q * q, xy += p * q;
    }
    return (n * xy - x * y) / std::sqrt((n * xx - x * x) * (n * yy - y * y));
}

} // namespace

TEST_CASE("the readers of the real products read the world's files and find the world in them")
{
    const TemporaryFolder folder;
    const data::WorldOptions options{.seed = 3, .region = valley, .period = geo::Period::parse("2003-05:2003-07")};
    const data::WorldFiles files = data::write_world(options, folder / "world", false);
    data::World world(options);
    data::world::MonthFields fields;

    const auto truth = open({files.truth}, "reference");
    REQUIRE(truth->time().size() == 3);
    CHECK(truth->time().label(0) == "2003-05");
    CHECK(geo::same_grid(truth->grid(), world.grid()));
    CHECK(truth->unit() == "mm");
    CHECK_FALSE(truth->is_absolute());
    CHECK(truth->baseline() == "2002-04-01/2020-12-31");
    world.read(2, fields);
    CHECK(same(read(*truth, 2), fields.storage));

    // 2003-06 is a gap of GRACE: an absent step.
    const auto gwsa = open({files.gwsa}, "gwsa"), sigma = open({files.gwsa}, "gwsa", true);
    REQUIRE(gwsa->time().size() == 2);
    CHECK(gwsa->time().label(0) == "2003-05");
    CHECK(gwsa->time().label(1) == "2003-07");
    CHECK(geo::same_grid(gwsa->grid(), world.coarse()));
    CHECK_FALSE(gwsa->is_total_water_storage());
    CHECK_FALSE(gwsa->is_absolute());
    CHECK(gwsa->baseline() == "2002-04-01/2020-12-31");
    const auto seen = read(*gwsa, 1), size = read(*sigma, 1);
    CHECK(size[0] == 47.0F);
    CHECK(std::all_of(seen.begin(), seen.end(), [](float v) { return std::abs(v) < 500; }));

    // The node-registered weather, put on the truth's grid, is the truth's weather.
    for (const auto& [name, field, least] : {std::tuple{"tp", &fields.tp, 0.995},
                                             {"swvl1", &fields.swvl1, 0.98},
                                             {"t2m", &fields.t2m, 0.995},
                                             {"sp", &fields.sp, 0.995}}) {
        const auto series = open(files.era5, name);
        INFO(name);
        REQUIRE(series->time().size() == 3);
        CHECK(series->time().monthly);
        CHECK(series->time().label(2) == "2003-07");
        CHECK(series->grid().rows() == 31);
        CHECK(series->grid().cols() == 41);
        std::vector<float> there(field->size());
        geo::make_regridder(geo::Method::conservative, series->grid(), world.grid())->apply(read(*series, 2), there);
        CHECK(correlation(there, *field) > least);
        CHECK(std::abs(mean(there) / mean(*field) - 1) < 0.01);
    }
    io::SeriesOptions land;
    land.quantity = "land";
    land.variable = "land_fraction";
    CHECK(same(read(*io::open_series({files.land}, land), 0), world.land_fraction()));
}

TEST_CASE("a world is not written over files, nor without land or a satellite month")
{
    const TemporaryFolder folder;
    const data::WorldOptions options{.seed = 1, .region = valley, .period = geo::Period::parse("2003-05")};
    data::write_world(options, folder / "world", false);
    CHECK_THROWS_AS(data::write_world(options, folder / "world", false), CannotCreate);
    CHECK_NOTHROW(data::write_world(options, folder / "world", true));
    CHECK_THROWS_AS(data::write_world(options, folder / "no/such/folder", false), CannotCreate);
    CHECK_THROWS_AS(
        data::write_world({.seed = 1, .region = {-40, 20, -38, 22}, .period = options.period}, folder / "sea", false),
        DataError);
    CHECK_THROWS_AS(data::write_world({.seed = 1, .region = valley, .period = geo::Period::parse("2017-08:2018-05")},
                                      folder / "gap", false),
                    DataError);
    CHECK_FALSE(std::filesystem::exists(folder / "sea"));
}

TEST_CASE("the same seed writes the same bytes, wherever the region begins")
{
    const TemporaryFolder folder;
    const geo::Period period = geo::Period::parse("2004-02");
    const auto east =
        data::write_world({.seed = 5, .region = {178, 65, 182, 67}, .period = period}, folder / "a", false);
    const auto west =
        data::write_world({.seed = 5, .region = {-182, 65, -178, 67}, .period = period}, folder / "b", false);
    CHECK(same(read(*open({east.truth}, "reference"), 0), read(*open({west.truth}, "reference"), 0)));
    CHECK(same(read(*open({east.gwsa}, "gwsa"), 0), read(*open({west.gwsa}, "gwsa"), 0)));
    CHECK(read(*open(east.era5, "swvl1"), 0).size() == 41 * 21);
}

TEST_CASE("regions are read as west, south, east, north")
{
    const geo::Region region = data::parse_region("-10, 35,5.5,+45");
    CHECK(region.west == -10);
    CHECK(region.south == 35);
    CHECK(region.east == 5.5);
    CHECK(region.north == 45);
    CHECK(data::parse_region("170,-20,-170,10").east == 190);
    CHECK(data::parse_region("").east == 180);
    for (const char* bad :
         {"1,2,3", "a,b,c,d", "1,2,3,4,5", "1;2;3;4", "0,50,10,40", "0,-91,10,0", "5,0,5,10", "1,,2,3"})
        CHECK_THROWS_AS(data::parse_region(bad), ConfigError);

    const auto two = data::parse_regions("2,44,10,52;170,-20,-170,10", "a file");
    REQUIRE(two.size() == 2);
    CHECK(two[0].north == 52);
    CHECK(two[1].east == 190);
    CHECK(data::parse_regions("", "a file").empty());
    CHECK(data::parse_regions("none", "a file").empty());
    CHECK_THROWS_AS(data::parse_regions("2,44,10,52;1,2,3", "a file"), DataError); // not the user's configuration
}

TEST_CASE("gwsd world names its files and refuses what it cannot read")
{
    const TemporaryFolder folder;
    const auto result =
        test::run_gwsd({"world", "--out", folder / "w", "--region", "9,45,10,46", "--period", "2003-05", "--json"});
    CHECK(result.code == 0);
    CHECK(result.out.find("truth.nc") != std::string::npos);
    CHECK(test::run_gwsd({"world", "--out", folder / "w", "--region", "9,45,10,46", "--period", "2003-05"}).code == 73);
    CHECK(test::run_gwsd({"world", "--out", folder / "v", "--region", "9,45,10"}).code == 64);
    CHECK(test::run_gwsd({"world", "--out", folder / "v", "--period", "never"}).code == 64);
    CHECK(test::run_gwsd({"world", "--out", folder / "v", "--period", "2003-05", "--unseen", "2"}).code == 64);
    CHECK(test::run_gwsd({"world", "--out", folder / "v", "--period", "1999-01"}).code == 78);
    CHECK(test::run_gwsd({"world"}).code == 64);
}
