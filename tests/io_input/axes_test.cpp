// Axes, times, types and units that must be read right or refused (RELIABILITY D.7, rows 17-38).

#include <algorithm>
#include <cmath>
#include <filesystem>

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

/// Two months of 2 x 3 cells; the axes as given.
struct Axes {
    std::vector<double> lat{0, 1}, lon{0, 1, 2}, time{15, 45};
    std::string time_units = "days since 2002-01-01", calendar{}, time_name = "time";
    nc_type time_type = NC_DOUBLE;
};

std::string make(const TemporaryFolder& folder, const Axes& axes)
{
    const std::string path = folder / "axes.nc";
    NcMaker file(path);
    file.axis("lat", axes.lat, "degrees_north");
    file.axis("lon", axes.lon, "degrees_east");
    const int time = file.axis(axes.time_name, axes.time, axes.time_units, axes.time_type);
    if (!axes.calendar.empty()) file.text(time, "calendar", axes.calendar);
    const int id = file.variable("gwsa", NC_FLOAT, {axes.time_name, "lat", "lon"});
    file.text(id, "units", "mm");
    file.values(id, ramp(1, 1, axes.time.size() * axes.lat.size() * axes.lon.size()));
    file.close();
    return path;
}

std::string months(const std::string& path)
{
    const auto series = io::open_series({path}, {.quantity = "gwsa"});
    std::string text;
    for (Index t = 0; t < series->time().size(); ++t) text += (t == 0 ? "" : " ") + series->time().label(t);
    return text;
}

} // namespace

TEST_CASE("times in every usual unit and type fall on their months")
{
    const TemporaryFolder folder;
    CHECK(months(make(folder, {})) == "2002-01 2002-02");
    CHECK(months(make(folder, {.time = {0, 1}, .time_units = "months since 2002-04-01"})) == "2002-04 2002-05");
    CHECK(months(make(folder, {.time_units = "days since 2002-01-01T00:00:00Z", .time_type = NC_FLOAT})) ==
          "2002-01 2002-02");
    CHECK(months(make(folder, {.time = {876576, 877320},
                               .time_units = "hours since 1900-01-01 00:00:00.0",
                               .time_type = NC_INT})) == "2000-01 2000-02");
    CHECK(months(make(folder, {.time = {21600, 2700000},
                               .time_units = " minutes since 2002-01-01 00:00:00",
                               .time_type = NC_INT64})) == "2002-01 2007-02");
    CHECK(months(make(folder,
                      {.time = {20020401, 20020501}, .time_units = "", .time_name = "date", .time_type = NC_INT})) ==
          "2002-04 2002-05");
    CHECK(months(make(folder, {.time = {200204, 200205}, .time_units = "", .time_type = NC_INT})) == "2002-04 2002-05");
    CHECK(months(make(folder, {.time = {20020415.5, 20020515.5}, .time_units = "day as %Y%m%d.%f"})) ==
          "2002-04 2002-05");
    CHECK(months(make(folder, {.time = {59, 60}, .time_units = "days since 2001-01-01", .calendar = "360_day"})) ==
          "2001-02 2001-03");
    CHECK(months(make(folder, {.time = {59.5, 90}, .time_units = "days since 2000-01-01", .calendar = "noleap"})) ==
          "2000-03 2000-04");
}

TEST_CASE("times that cannot be dated are refused")
{
    const TemporaryFolder folder;
    CHECK_THAT(outcome(make(folder, {.time_units = "days"})),
               Contains("65") && Contains("expected units such as 'days since"));
    CHECK_THAT(outcome(make(folder, {.time_units = "parsecs since 2002-01-01"})),
               Contains("65") && Contains("parsecs"));
    CHECK_THAT(outcome(make(folder, {.calendar = "mayan"})),
               Contains("65") && Contains("calendar 'mayan' is not known"));
    CHECK_THAT(outcome(make(folder, {.time = {15, std::nan("")}})),
               Contains("65") && Contains("missing or not a number"));
    CHECK_THAT(outcome(make(folder, {.time = {45, 15}})), Contains("65") && Contains("run backwards"));
    CHECK_THAT(outcome(make(folder, {.time = {15, 15}})),
               Contains("65") && Contains("steps 1 and 2 have the same time"));
}

TEST_CASE("a mean stamped at the end of its month belongs to the month of its bounds")
{
    const TemporaryFolder folder;
    NcMaker file(folder / "b.nc");
    file.axis("lat", {0, 1}, "degrees_north");
    file.axis("lon", {0, 1}, "degrees_east");
    const int time = file.axis("time", {31, 59}, "days since 2002-01-01");
    file.text(time, "bounds", "time_bnds").dimension("nv", 2);
    const int bounds = file.variable("time_bnds", NC_DOUBLE, {"time", "nv"});
    file.values(bounds, {0, 31, 31, 59});
    const int id = file.variable("gwsa", NC_FLOAT, {"time", "lat", "lon"});
    file.text(id, "units", "mm").values(id, ramp(0, 1, 8));
    file.close();
    CHECK(months(folder / "b.nc") == "2002-01 2002-02");
}

TEST_CASE("coordinates that make no grid are refused, with the way out")
{
    const TemporaryFolder folder;
    CHECK_THAT(outcome(make(folder, {.lat = {0, 1, 3}})),
               Contains("65") && Contains("even steps") && Contains("cdo remapcon"));
    CHECK_THAT(outcome(make(folder, {.lon = {0, 1, 1}})), Contains("65") && Contains("no value twice"));
    CHECK_THAT(outcome(make(folder, {.lon = {0, 2, 1}})), Contains("65") && Contains("only rise or only fall"));
    CHECK_THAT(outcome(make(folder, {.lat = {0, std::nan("")}})), Contains("65") && Contains("not a number"));
    CHECK_THAT(outcome(make(folder, {.lat = {89, 91}})), Contains("65") && Contains("within -90 to 90"));
}

TEST_CASE("a column that repeats the first at +360 degrees is dropped")
{
    const TemporaryFolder folder;
    const auto series = io::open_series({make(folder, {.lon = {-180, -90, 0, 90, 180}})}, {.quantity = "gwsa"});
    CHECK(series->grid().cols() == 4);
    CHECK(read_step(*series, 0) == std::vector<float>{1, 2, 3, 4, 6, 7, 8, 9});
}

TEST_CASE("fields without a regular grid are refused, with the way out")
{
    const TemporaryFolder folder;
    const std::string path = folder / "f.nc";
    const auto refuse = [&](auto fill) {
        NcMaker file(path);
        fill(file);
        file.close();
        return outcome(path + ":gwsa");
    };
    CHECK_THAT(refuse([](NcMaker& file) { // no coordinates
                   file.dimension("i", 2).dimension("j", 3);
                   file.variable("gwsa", NC_FLOAT, {"i", "j"});
               }),
               Contains("65") && Contains("expected a latitude and a longitude axis") && Contains("[i 2, j 3]"));
    CHECK_THAT(refuse([](NcMaker& file) { // curvilinear
                   file.dimension("y", 2).dimension("x", 3);
                   const int lat = file.variable("lat", NC_FLOAT, {"y", "x"}),
                             lon = file.variable("lon", NC_FLOAT, {"y", "x"});
                   file.text(lat, "units", "degrees_north").text(lon, "units", "degrees_east");
                   file.variable("gwsa", NC_FLOAT, {"y", "x"});
               }),
               Contains("65") && Contains("of two dimensions") && Contains("cdo remapcon"));
    CHECK_THAT(refuse([](NcMaker& file) { // unstructured
                   file.dimension("cell", 5);
                   const int lat = file.variable("lat", NC_FLOAT, {"cell"}),
                             lon = file.variable("lon", NC_FLOAT, {"cell"});
                   file.text(lat, "units", "degrees_north").text(lon, "units", "degrees_east");
                   file.dimension("time", 2);
                   file.variable("gwsa", NC_FLOAT, {"time", "cell"});
               }),
               Contains("65") && Contains("expected a latitude and a longitude axis"));
    CHECK_THAT(refuse([](NcMaker& file) { // several levels
                   file.axis("lat", {0, 1}, "degrees_north");
                   file.axis("lon", {0, 1}, "degrees_east");
                   file.axis("level", {1, 2, 3}, "");
                   file.variable("gwsa", NC_FLOAT, {"level", "lat", "lon"});
               }),
               Contains("65") && Contains("level (3)") && Contains("ncks -d"));
}

TEST_CASE("dimensions of one value are squeezed, axes are found by attributes under any name")
{
    const TemporaryFolder folder;
    NcMaker file(folder / "s.nc");
    file.dimension("nj", 2).dimension("ni", 3).dimension("step", 2).dimension("depth", 1).dimension("member", 1);
    const int lat = file.variable("phi", NC_DOUBLE, {"nj"}), lon = file.variable("lam", NC_DOUBLE, {"ni"}),
              time = file.variable("when", NC_DOUBLE, {"step"});
    file.text(lat, "standard_name", "latitude").values(lat, {0, 1});
    file.text(lon, "units", "degree_E").values(lon, {0, 1, 2});
    file.text(time, "units", "days since 2002-01-01").values(time, {15, 45});
    const int id = file.variable("gwsa", NC_DOUBLE, {"member", "ni", "step", "depth", "nj"});
    file.text(id, "units", "mm").values(id, ramp(0, 1, 12));
    file.close();
    const auto series = io::open_series({folder / "s.nc"}, {.quantity = "gwsa"});
    CHECK(series->time().label(1) == "2002-02");
    CHECK(read_step(*series, 1) == std::vector<float>{2, 6, 10, 3, 7, 11}); // [ni, step, nj]: 4 i + 2 t + j
}

TEST_CASE("every numeric type is read; texts are refused")
{
    const TemporaryFolder folder;
    for (const nc_type type :
         {NC_BYTE, NC_UBYTE, NC_SHORT, NC_USHORT, NC_INT, NC_UINT, NC_INT64, NC_UINT64, NC_FLOAT, NC_DOUBLE}) {
        NcMaker file(folder / "t.nc");
        file.axis("lat", {0, 1}, "degrees_north");
        file.axis("lon", {0, 1}, "degrees_east");
        const int id = file.variable("x", type, {"lat", "lon"});
        nc_def_var_endian(file.file(), id, NC_ENDIAN_BIG);
        file.values(id, {1, 2, 3, 100});
        file.close();
        CHECK(read_step(*io::open_series({folder / "t.nc"}, {.quantity = "x"}), 0) == std::vector<float>{1, 2, 3, 100});
    }
    NcMaker file(folder / "c.nc");
    file.axis("lat", {0, 1}, "degrees_north");
    file.axis("lon", {0, 1}, "degrees_east");
    file.variable("x", NC_CHAR, {"lat", "lon"});
    int type = 0;
    nc_def_compound(file.file(), 16, "pair", &type);
    nc_insert_compound(file.file(), type, "a", 0, NC_DOUBLE);
    file.variable("y", type, {"lat", "lon"});
    file.close();
    CHECK_THAT(outcome(folder / "c.nc", {.quantity = "x"}), Contains("65") && Contains("holds no numbers"));
    CHECK_THAT(outcome(folder / "c.nc", {.quantity = "y"}), Contains("65") && Contains("holds no numbers"));
}

TEST_CASE("variables in groups are named by their path; the same name in two groups is ambiguous")
{
    const TemporaryFolder folder;
    NcMaker file(folder / "g.nc");
    file.axis("lat", {0, 1}, "degrees_north");
    file.axis("lon", {0, 1}, "degrees_east");
    int one = 0, two = 0, id = 0;
    nc_def_grp(file.file(), "one", &one);
    nc_def_grp(file.file(), "two", &two);
    const int dimensions[] = {0, 1};
    for (const int group : {one, two}) {
        nc_def_var(group, "gwsa", NC_DOUBLE, 2, dimensions, &id);
        nc_put_att_text(group, id, "units", 2, "mm");
        const double values[] = {group == one ? 1.0 : 2.0, 0, 0, 0};
        nc_enddef(file.file());
        nc_put_var_double(group, id, values);
        nc_redef(file.file());
    }
    file.close();
    CHECK_THAT(outcome(folder / "g.nc"), Contains("65") && Contains("/one/gwsa, /two/gwsa"));
    CHECK_THAT(outcome(folder / "g.nc:gwsa"), Contains("65") && Contains("choose one with"));
    CHECK(read_step(*io::open_series({folder / "g.nc:/two/gwsa"}, {.quantity = "gwsa"}), 0)[0] == 2);
    CHECK(read_step(*io::open_series({folder / "g.nc"}, {.quantity = "gwsa", .variable = "/one/gwsa"}), 0)[0] == 1);
}

TEST_CASE("files of other grids or units are not joined, and a month may not come twice")
{
    const TemporaryFolder folder;
    const auto keep = [&](const std::string& name, const Axes& axes) {
        std::filesystem::rename(make(folder, axes), folder / name);
        return folder / name;
    };
    const std::string a = keep("a.nc", {}), b = keep("b.nc", {.lat = {1, 2}, .time = {80, 110}}),
                      c = keep("c.nc", {.time = {50, 80}});
    CHECK_THAT(outcome({a, b}, {.quantity = "gwsa"}),
               Contains("65") && Contains("b.nc: variable 'gwsa' is on another grid"));
    CHECK_THAT(outcome({a, a}, {.quantity = "gwsa"}), Contains("65") && Contains("holds as well"));
    // Two days of one month that no neighbour can take are instants, not months.
    CHECK_FALSE(io::open_series({a, c}, {.quantity = "gwsa"})->time().monthly);
}
