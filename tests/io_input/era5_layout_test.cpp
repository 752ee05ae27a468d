// ERA5 and ERA5-Land monthly means as the old and the new data store deliver them.

#include <cmath>
#include <limits>

#include "io_input/nc_maker.hpp"
#include "io_input/read_series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using Catch::Matchers::Contains;
using test::NcMaker;
using test::outcome;
using test::ramp;
using test::read_step;
using test::TemporaryFolder;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// Before 2024: netCDF-3, packed, hours since 1900, latitude from the north; with expver as a dimension if given.
/// `values` are [time, (expver,) 2, 2], of 2000-01 and 2000-02.
void make_old(const std::string& path, const std::string& name, const std::string& units,
              const std::vector<double>& values, const std::vector<double>& expver = {},
              const std::string& history = {})
{
    NcMaker file(path, NC_64BIT_OFFSET);
    file.axis("longitude", {359.9, 360.0}, "degrees_east", NC_FLOAT);
    file.axis("latitude", {0.1, 0.0}, "degrees_north", NC_FLOAT);
    if (!expver.empty()) file.axis("expver", expver, "", NC_INT);
    file.axis("time", {876576, 877320}, "hours since 1900-01-01 00:00:00.0", NC_INT);
    std::vector<std::string> dimensions{"time", "latitude", "longitude"};
    if (!expver.empty()) dimensions.insert(dimensions.begin() + 1, "expver");
    const int id = file.variable(name, NC_SHORT, dimensions);
    file.text(id, "units", units).number(id, "scale_factor", NC_DOUBLE, 0.5).number(id, "add_offset", NC_DOUBLE, 100);
    file.number(id, "_FillValue", NC_SHORT, -32767).number(id, "missing_value", NC_SHORT, -32767);
    if (!history.empty()) file.text(NC_GLOBAL, "history", history);
    std::vector<double> packed;
    for (const double value : values) packed.push_back(std::isnan(value) ? -32767 : (value - 100) / 0.5);
    file.values(id, packed);
}

/// Since 2024: netCDF-4, valid_time in seconds, scalar number, text expver for each time.
struct NewLayout {
    std::string units = "m", history{}, step_type{};
    std::vector<std::string> expver{};
    std::vector<double> times{946684800, 949363200}; ///< 2000-01-01, 2000-02-01
};
void make_new(const std::string& path, const std::string& name, const std::vector<double>& values,
              const NewLayout& layout)
{
    NcMaker file(path);
    file.axis("valid_time", layout.times, "seconds since 1970-01-01", NC_INT64);
    file.axis("latitude", {0.1, 0.0}, "degrees_north");
    file.axis("longitude", {-0.1, 0.0}, "degrees_east");
    const int number = file.variable("number", NC_INT64, {});
    file.values(number, {0});
    const int id = file.variable(name, NC_FLOAT, {"valid_time", "latitude", "longitude"});
    file.text(id, "units", layout.units).number(id, "_FillValue", NC_FLOAT, std::nan(""));
    file.text(id, "coordinates", "number valid_time latitude longitude expver absent_variable");
    if (!layout.step_type.empty()) file.text(id, "GRIB_stepType", layout.step_type);
    if (!layout.history.empty()) file.text(NC_GLOBAL, "history", layout.history);
    file.values(id, values);
    if (layout.expver.empty()) return;
    const int version =
        file.variable("expver", NC_STRING,
                      layout.expver.size() == 1 ? std::vector<std::string>{} : std::vector<std::string>{"valid_time"});
    std::vector<const char*> texts;
    for (const std::string& text : layout.expver) texts.push_back(text.c_str());
    nc_enddef(file.file());
    nc_put_var_string(file.file(), version, texts.data());
}

const std::string moda = R"(GRIB to CDM+CF via cfgrib with {"filter_by_keys": {"stream": ["moda"]}})";

} // namespace

TEST_CASE("expver as a dimension is merged, final values first, whatever their order")
{
    const TemporaryFolder folder;
    const std::string path = folder / "era5t.nc";
    // January: final everywhere but in one cell. February: preliminary only, and one cell nowhere.
    const double none = std::nan("");
    make_old(path, "t2m", "K", {280, 281, none, 283, 290, 291, 292, 293, none, none, none, none, 270, 271, 272, none},
             {1, 5});
    const auto series = io::open_series({path}, {.quantity = "t2m"});
    CHECK(series->time().label(0) == "2000-01");
    CHECK(series->time().label(1) == "2000-02");
    CHECK(read_step(*series, 0) == std::vector<float>{292, 283, 280, 281}); // the south comes first
    const auto february = read_step(*series, 1);
    CHECK(february[0] == 272);
    CHECK(std::isnan(february[1]));
    make_old(path, "t2m", "K", {290, 291, 292, 293, 280, 281, none, 283, 270, 271, 272, none, none, none, none, none},
             {5, 1});
    const auto turned = io::open_series({path}, {.quantity = "t2m"});
    CHECK(read_step(*turned, 0) == std::vector<float>{292, 283, 280, 281});
}

TEST_CASE("the old layout with longitudes up to 360 lies west of Greenwich")
{
    const TemporaryFolder folder;
    // Hectopascals, because pascals do not fit 16 bits with this packing.
    make_old(folder / "b.nc", "sp", "hPa", {1000, 999, 900, 901, 1000, 1000, 1000, 1000});
    const auto series = io::open_series({folder / "b.nc"}, {.quantity = "sp"});
    CHECK(series->unit() == "Pa");
    CHECK(series->grid().lon(0) == Approx(-0.1));
    CHECK(read_step(*series, 0) == std::vector<float>{90000, 90100, 100000, 99900});
}

TEST_CASE("the new layout: valid_time, number, expver for all or for each time")
{
    const TemporaryFolder folder;
    for (const std::vector<std::string>& expver : {std::vector<std::string>{}, {"0001"}, {"0001", "0005"}}) {
        make_new(folder / "n.nc", "t2m", {280, 281, missing, 283, 270, 271, 272, 273},
                 {.units = "K", .expver = expver});
        const auto series = io::open_series({folder / "n.nc"}, {.quantity = "t2m"});
        REQUIRE(series->time().size() == 2);
        const auto field = read_step(*series, 0);
        CHECK(std::isnan(field[0]));
        CHECK(field[3] == 281);
    }
}

TEST_CASE("a month that is there as final and as preliminary counts once, as final")
{
    const TemporaryFolder folder;
    for (const bool final_first : {true, false}) {
        NewLayout layout{.units = "K", .times = {946684800, 946684800, 949363200}};
        layout.expver = final_first ? std::vector<std::string>{"0001", "0005", "0005"}
                                    : std::vector<std::string>{"0005", "0001", "0005"};
        const std::vector<double> first(4, final_first ? 280 : 250), second(4, final_first ? 250 : 280);
        std::vector<double> values = first;
        values.insert(values.end(), second.begin(), second.end());
        values.insert(values.end(), 4, 260);
        make_new(folder / "n.nc", "t2m", values, layout);
        const auto series = io::open_series({folder / "n.nc"}, {.quantity = "t2m"});
        REQUIRE(series->time().size() == 2);
        CHECK(read_step(*series, 0)[0] == 280);
        CHECK(read_step(*series, 1)[0] == 260);
    }
}

TEST_CASE("precipitation in metres is a mean of daily sums where something says so, and refused where nothing does")
{
    const TemporaryFolder folder;
    const std::vector<double> values{0.001, 0.002, 0, missing, 0.001, 0.001, 0.001, 0.001};
    const auto january = [&](const std::string& path, const io::SeriesOptions& options = {.quantity = "tp"}) {
        const auto series = io::open_series({path}, options);
        CHECK(series->unit() == "mm/month");
        const auto field = read_step(*series, 0), february = read_step(*series, 1);
        CHECK(february[0] * 31 == Approx(field[2] * 29)); // 2000 is a leap year
        return field[2];
    };
    make_new(folder / "a.nc", "tp", values, {.history = moda});
    CHECK(january(folder / "a.nc") == Approx(31));
    make_new(folder / "b.nc", "tp", values, {.step_type = "avgad"});
    CHECK(january(folder / "b.nc") == Approx(31));
    make_new(folder / "data_stream-moda.nc", "tp", values, {});
    CHECK(january(folder / "data_stream-moda.nc") == Approx(31));
    make_new(folder / "c.nc", "tp", values, {.units = "m day-1"});
    CHECK(january(folder / "c.nc") == Approx(31));
    make_new(folder / "d.nc", "tp", values, {.units = "kg m-2 s-1"});
    CHECK(january(folder / "d.nc") == Approx(0.001 * 86400 * 31));

    make_new(folder / "x.nc", "tp", values, {});
    CHECK_THAT(outcome(folder / "x.nc", {.quantity = "tp"}),
               Contains("65") && Contains("x.nc: variable 'tp' has units 'm'") && Contains("--assume-units"));
    CHECK(january(folder / "x.nc", {.quantity = "tp", .assume_units = "m/day"}) == Approx(31));
    const auto sums = io::open_series({folder / "x.nc"}, {.quantity = "tp", .assume_units = "m/month"});
    CHECK(read_step(*sums, 0)[2] == Approx(1));
}

TEST_CASE("precipitation in millimetres is the sum of its month; a sum says so itself")
{
    const TemporaryFolder folder;
    make_new(folder / "mm.nc", "tp", std::vector<double>(8, 50), {.units = "mm"});
    CHECK(read_step(*io::open_series({folder / "mm.nc"}, {.quantity = "tp"}), 1)[0] == 50);
    make_new(folder / "rate.nc", "tp", std::vector<double>(8, 50), {.units = "mm/month"});
    CHECK(read_step(*io::open_series({folder / "rate.nc"}, {.quantity = "tp"}), 1)[0] == 50);
    CHECK_THAT(outcome(folder / "mm.nc:tp", {.quantity = "t2m"}),
               Contains("65") && Contains("temperature needs a unit"));
    make_new(folder / "kelvin.nc", "tp", std::vector<double>(8, 50), {.units = "K"});
    CHECK_THAT(outcome(folder / "kelvin.nc", {.quantity = "tp"}),
               Contains("65") && Contains("has units 'K'") && Contains("precipitation needs a length"));
}

TEST_CASE("small negative values of packing become zero, larger ones are refused as impossible")
{
    const TemporaryFolder folder;
    make_new(folder / "s.nc", "swvl1", {-1e-6, 0.2, 0.3, -0.002, 0.1, 0.1, 0.1, 0.1}, {.units = "m**3 m**-3"});
    const auto series = io::open_series({folder / "s.nc"}, {.quantity = "swvl1"});
    CHECK(series->unit() == "m3 m-3");
    const auto field = read_step(*series, 0);
    CHECK(field[1] == 0.0F);
    CHECK(field[2] == 0.0F);
    CHECK(field[0] == 0.3F);
}

TEST_CASE("values that no place on Earth has are refused where they are the rule")
{
    const TemporaryFolder folder;
    NcMaker file(folder / "celsius.nc");
    file.axis("lat", ramp(0, 1, 4), "degrees_north");
    file.axis("lon", ramp(0, 1, 4), "degrees_east");
    file.axis("time", {10}, "days since 2000-01-01");
    const int id = file.variable("t2m", NC_FLOAT, {"time", "lat", "lon"});
    file.text(id, "units", "K").values(id, std::vector<double>(16, 15));
    file.close();
    const auto series = io::open_series({folder / "celsius.nc"}, {.quantity = "t2m"});
    std::vector<float> out(16);
    CHECK_THROWS_WITH(series->read(0, out), Contains("100 % of the values lie outside 200 .. 330 K, such as 15"));
}

TEST_CASE("hourly soil moisture is averaged over whole months; hourly precipitation is refused by name")
{
    const TemporaryFolder folder;
    NewLayout layout{.units = "m**3 m**-3", .times = {}};
    std::vector<double> values;
    for (int hour = 0; hour < 31 * 24 + 30; ++hour) { // January, and the first hours of February
        layout.times.push_back(946684800 + 3600.0 * hour);
        for (int cell = 0; cell < 4; ++cell)
            values.push_back(cell == 3 && hour == 5 ? std::nan("") : 0.1 + 0.1 * (hour % 2));
    }
    make_new(folder / "h.nc", "swvl1", values, layout);
    const auto series = io::open_series({folder / "h.nc"}, {.quantity = "swvl1"});
    REQUIRE(series->time().size() == 1);
    CHECK(series->time().label(0) == "2000-01");
    const auto field = read_step(*series, 0);
    CHECK(field[0] == Approx(0.15));
    CHECK(std::isnan(field[1])); // one hour is missing there
    layout.units = "m";
    make_new(folder / "p.nc", "tp", values, layout);
    CHECK_THAT(outcome(folder / "p.nc", {.quantity = "tp"}), Contains("65") && Contains("'tp' is hourly"));
    layout.times.resize(100);
    values.resize(400);
    layout.units = "m**3 m**-3";
    make_new(folder / "short.nc", "swvl1", values, layout);
    CHECK_THAT(outcome(folder / "short.nc", {.quantity = "swvl1"}),
               Contains("65") && Contains("2000-01 (100 of 744 steps)"));
}

TEST_CASE("monthly means by hour of day are averaged over the day, but not for precipitation")
{
    const TemporaryFolder folder;
    NewLayout layout{.units = "K", .history = R"({"filter_by_keys": {"stream": ["mnth"]}})", .times = {}};
    std::vector<double> values;
    for (const double month : {946684800.0, 949363200.0})
        for (int hour = 0; hour < 24; ++hour) {
            layout.times.push_back(month + 3600.0 * hour);
            values.insert(values.end(), 4, 270 + hour);
        }
    make_new(folder / "mnth.nc", "t2m", values, layout);
    const auto series = io::open_series({folder / "mnth.nc"}, {.quantity = "t2m"});
    REQUIRE(series->time().size() == 2);
    CHECK(read_step(*series, 1)[0] == Approx(281.5));
    layout.units = "m";
    make_new(folder / "tp.nc", "tp", values, layout);
    CHECK_THAT(outcome(folder / "tp.nc", {.quantity = "tp"}), Contains("65") && Contains("stream mnth"));
}

TEST_CASE("a single hour is no month")
{
    const TemporaryFolder folder;
    make_new(folder / "hour.nc", "t2m", {280, 280, 280, 280},
             {.units = "K", .history = R"({"filter_by_keys": {"stream": ["oper"]}})", .times = {946684800}});
    CHECK_THAT(outcome(folder / "hour.nc", {.quantity = "t2m"}), Contains("65") && Contains("1 of 744 steps"));
}
