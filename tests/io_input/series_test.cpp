#include "gwsd/io/series.hpp"

#include <cmath>
#include <filesystem>
#include <string>
#include <vector>
#if __has_include(<malloc.h>)
#include <malloc.h>
#endif

#include "gwsd/core/error.hpp"
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

/// value = month + 10 * row from the south + column from the west, in mm.
double wanted(Index t, Index row, Index col) { return static_cast<double>(t + 100 * row + 10 * col); }

/// A field of 3 x 4 cells and two months, dimensions in any order.
void make_turned(const std::string& path, const std::vector<std::string>& order, bool descending, bool from_zero)
{
    NcMaker file(path);
    const auto lat = ramp(descending ? 45 : -45, descending ? -45 : 45, 3);
    const std::vector<double> lon =
        from_zero ? std::vector<double>{45, 135, 225, 315} : std::vector<double>{-135, -45, 45, 135};
    file.axis("lat", lat, "degrees_north");
    file.axis("lon", lon, "degrees_east");
    file.axis("time", {15, 46}, "days since 2002-04-01");
    const int id = file.variable("gwsa", NC_FLOAT, order);
    file.text(id, "units", "mm");
    std::vector<double> values;
    std::map<std::string, std::size_t> length{{"lat", 3}, {"lon", 4}, {"time", 2}}, at;
    for (at[order[0]] = 0; at[order[0]] < length[order[0]]; ++at[order[0]])
        for (at[order[1]] = 0; at[order[1]] < length[order[1]]; ++at[order[1]])
            for (at[order[2]] = 0; at[order[2]] < length[order[2]]; ++at[order[2]]) {
                const Index row = descending ? 2 - static_cast<Index>(at["lat"]) : static_cast<Index>(at["lat"]);
                Index col = static_cast<Index>(at["lon"]);
                if (from_zero) col = (col + 2) % 4;
                values.push_back(wanted(static_cast<Index>(at["time"]), row, col));
            }
    file.values(id, values);
}

} // namespace

TEST_CASE("every order of dimensions, latitudes and longitudes gives the same field")
{
    const TemporaryFolder folder;
    const std::vector<std::vector<std::string>> orders{{"time", "lat", "lon"}, {"time", "lon", "lat"},
                                                       {"lat", "lon", "time"}, {"lon", "lat", "time"},
                                                       {"lat", "time", "lon"}, {"lon", "time", "lat"}};
    for (const auto& order : orders)
        for (const bool descending : {false, true})
            for (const bool from_zero : {false, true}) {
                const std::string path = folder / "turned.nc";
                make_turned(path, order, descending, from_zero);
                const auto series = io::open_series({path}, {.quantity = "gwsa"});
                INFO(order[0] << order[1] << order[2] << descending << from_zero);
                REQUIRE(series->time().size() == 2);
                CHECK(series->time().label(1) == "2002-05");
                CHECK(series->grid().lon_edges.front() == -180);
                for (Index t = 0; t < 2; ++t) {
                    const auto field = read_step(*series, t);
                    for (Index row = 0; row < 3; ++row)
                        for (Index col = 0; col < 4; ++col)
                            CHECK(field[static_cast<std::size_t>(4 * row + col)] ==
                                  static_cast<float>(wanted(t, row, col)));
                }
            }
}

TEST_CASE("packed values are unpacked and every kind of fill is missing")
{
    const TemporaryFolder folder;
    const std::string path = folder / "packed.nc";
    {
        NcMaker file(path, NC_CLASSIC_MODEL);
        file.axis("latitude", {1, 0}, "degrees_north", NC_FLOAT);
        file.axis("longitude", {0, 1}, "degrees_east", NC_FLOAT);
        file.axis("time", {876576}, "hours since 1900-01-01 00:00:00.0", NC_INT);
        const int id = file.variable("t2m", NC_SHORT, {"time", "latitude", "longitude"});
        file.text(id, "units", "K")
            .number(id, "scale_factor", NC_DOUBLE, 0.01)
            .number(id, "add_offset", NC_DOUBLE, 280);
        file.number(id, "_FillValue", NC_SHORT, -32767).number(id, "missing_value", NC_SHORT, -32766);
        file.values(id, {-32767, -32766, 100, -100});
    }
    const auto series = io::open_series({path}, {.quantity = "t2m"});
    CHECK(series->time().label(0) == "2000-01");
    CHECK(series->unit() == "K");
    const auto field = read_step(*series, 0); // the second row of the file lies in the south
    CHECK(field[0] == 281.0F);
    CHECK(field[1] == 279.0F);
    CHECK(std::isnan(field[2]));
    CHECK(std::isnan(field[3]));
}

TEST_CASE("months of several files are joined by the calendar, in any order of files, and gaps stay gaps")
{
    const TemporaryFolder folder;
    const auto make = [&](const std::string& name, const std::vector<double>& days) {
        NcMaker file(folder / name);
        file.axis("lat", {0.25, 0.75}, "degrees_north");
        file.axis("lon", {0.25, 0.75}, "degrees_east");
        file.axis("time", days, "days since 2002-01-01");
        const int id = file.variable("GWSA", NC_DOUBLE, {"time", "lat", "lon"});
        file.text(id, "units", "cm");
        file.values(id, ramp(days[0], 1, 4 * days.size()));
    };
    make("b.nc", {380, 411}); // 2003-01-16, 2003-02-16
    make("a.nc", {105, 227}); // 2002-04-16, 2002-08-16
    const auto series = io::open_series({folder / "b.nc", folder / "a.nc"}, {.quantity = "gwsa"});
    REQUIRE(series->time().size() == 4);
    CHECK(series->time().monthly);
    CHECK(series->time().label(0) == "2002-04");
    CHECK(series->time().label(1) == "2002-08");
    CHECK(series->time().label(3) == "2003-02");
    CHECK(series->unit() == "mm");
    CHECK(read_step(*series, 2)[0] == 3800.0F);
    CHECK(series->files().size() == 2);
    CHECK_FALSE(series->is_total_water_storage());
}

TEST_CASE("PATH:VARIABLE chooses, and what is not there is named with what is")
{
    const TemporaryFolder folder;
    const std::string path = folder / "model.nc";
    {
        NcMaker file(path);
        file.axis("lat", {0, 1}, "degrees_north");
        file.axis("lon", {0, 1}, "degrees_east");
        const int a = file.variable("specific_yield", NC_FLOAT, {"lat", "lon"});
        const int b = file.variable("depth", NC_FLOAT, {"lat", "lon"});
        file.text(b, "units", "m");
        file.values(a, {1, 2, 3, 4}).values(b, {5, 6, 7, 8});
    }
    const auto series = io::open_series({path + ":depth"}, {.quantity = "depth"});
    CHECK_FALSE(series->has_time());
    CHECK(series->time().size() == 1);
    CHECK(series->unit() == "m");
    CHECK(read_step(*series, 0)[3] == 8);
    CHECK_THAT(outcome(path + ":porosity", {.quantity = "x"}),
               Contains("has no variable 'porosity'; it has specific_yield [], depth [m]"));
    CHECK_THAT(outcome(folder / "absent.nc:depth", {.quantity = "x"}), Contains("absent.nc: there is no such file"));
    CHECK_THAT(outcome("", {.quantity = "x"}), Contains("empty"));
}

#if defined(__GLIBC__) && __GLIBC_PREREQ(2, 33)
TEST_CASE("memory does not grow with the number of files that were read")
{
    const TemporaryFolder folder;
    std::vector<std::string> files;
    constexpr Index side = 400;
    std::vector<double> places;
    for (Index i = 0; i < side; ++i) places.push_back(0.1 * static_cast<double>(i));
    for (int month = 0; month < 12; ++month) {
        NcMaker file(folder / "t2m_" + std::to_string(month) + ".nc");
        file.axis("time", {15.0 + 30.4 * month}, "days since 2002-01-01");
        file.axis("lat", places, "degrees_north");
        file.axis("lon", places, "degrees_east");
        file.text(file.variable("t2m", NC_FLOAT, {"time", "lat", "lon"}), "units", "K");
        files.push_back(folder / "t2m_" + std::to_string(month) + ".nc");
    }
    const auto series = io::open_series(files, {.quantity = "t2m"});
    REQUIRE(series->time().size() == 12);
    std::vector<float> field(side * side);
    const auto used = [&](Index from, Index to) {
        for (Index t = from; t < to; ++t) series->read(t, field);
        const auto info = ::mallinfo2();
        return static_cast<double>(info.uordblks + info.hblkhd);
    };
    const double three = used(0, 3), twelve = used(3, 12);
    CHECK(twelve - three < 2.0 * side * side * sizeof(float));
}
#endif
