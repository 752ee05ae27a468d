#include "gwsd/io/units.hpp"

#include <cmath>

#include "gwsd/core/error.hpp"
#include "io_input/nc_maker.hpp"
#include "io_input/read_series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using Catch::Matchers::Contains;
using test::NcMaker;
using test::outcome;
using test::read_step;
using test::TemporaryFolder;

namespace {

/// One month of a 2 x 2 field of a type with attributes.
struct Stored {
    std::string units = "mm";
    nc_type type = NC_FLOAT;
    std::vector<std::pair<std::string, double>> numbers{}; ///< of the variable's type, or double for packing
    std::vector<double> values{1, 2, 3, 4};
};
std::string make(const TemporaryFolder& folder, const std::string& name, const Stored& stored)
{
    const std::string path = folder / "u.nc";
    NcMaker file(path);
    file.axis("lat", {0, 1}, "degrees_north");
    file.axis("lon", {0, 1}, "degrees_east");
    file.axis("time", {15}, "days since 2002-01-01");
    const int id = file.variable(name, stored.type, {"time", "lat", "lon"});
    if (!stored.units.empty()) file.text(id, "units", stored.units);
    for (const auto& [attribute, value] : stored.numbers) {
        const bool fill = attribute == "_FillValue";
        file.number(id, attribute, fill ? stored.type : NC_DOUBLE, value);
    }
    file.values(id, stored.values);
    file.close();
    return path;
}

double convert(double value, const std::string& from, const std::string& to)
{
    return io::unit_conversion(from, to)(value);
}

} // namespace

TEST_CASE("units convert as UDUNITS knows them, and as the field writes them")
{
    CHECK(convert(3, "cm", "mm") == Approx(30));
    CHECK(convert(3, "m", "mm") == Approx(3000));
    CHECK(convert(3, "kg m-2", "mm") == Approx(3));
    CHECK(convert(3, "kg m**-2", "mm") == Approx(3));
    CHECK(convert(3, "mm", "kg m-2") == Approx(3));
    CHECK(convert(1, "kg m-2 s-1", "mm/day") == Approx(86400));
    CHECK(convert(15, "degC", "K") == Approx(288.15));
    CHECK(convert(1000, "hPa", "Pa") == Approx(100000));
    CHECK(convert(0.3, "m**3 m**-3", "m3 m-3") == 0.3);
    CHECK(convert(30, "%", "1") == Approx(0.3));
    for (const std::string text :
         {"mm EWH", "mm w.e.", "mm of water", "mm (water equivalent)", "mm lwe thickness", "mm EWT"}) {
        INFO(text);
        CHECK(convert(2, text, "cm") == Approx(0.2));
    }
    for (const std::string text : {"%", "1", "(0 - 1)", "(0,1)", "~", "fraction", "m3 m-3", "percent", "-"}) {
        INFO(text);
        CHECK(io::is_dimensionless(text));
    }
    for (const std::string text : {"mm", "K", "frobs", "", "CM", "furlong"}) CHECK_FALSE(io::is_dimensionless(text));
    CHECK_THROWS_WITH(io::unit_conversion("K", "mm"), "unit 'K' does not convert to 'mm'");
    CHECK_THROWS_AS(io::unit_conversion("CM", "mm"), DataError);
}

TEST_CASE("values come in internal units")
{
    const TemporaryFolder folder;
    const auto first = [&](const std::string& name, const std::string& units, const std::string& quantity,
                           double value) {
        return read_step(
            *io::open_series({make(folder, name, {.units = units, .values = {value, value, value, value}})},
                             {.quantity = quantity}),
            0)[0];
    };
    CHECK(first("gwsa", "cm", "gwsa", 5) == 50);
    CHECK(first("gwsa", "m", "gwsa", 0.25) == 250);
    CHECK(first("gws", "kg m-2", "reference", 7) == 7);
    CHECK(first("t2m", "degC", "t2m", 15) == Approx(288.15));
    CHECK(first("sp", "hPa", "sp", 1000) == 100000);
    CHECK(first("swvl1", "%", "swvl1", 25) == Approx(0.25));
    CHECK(first("gws_inst", "%", "gwsa", 25) == 25);
}

TEST_CASE("missing and impossible units are refused, unless they are told")
{
    const TemporaryFolder folder;
    for (const std::string units : {"", "unknown", "none"}) {
        const std::string path = make(folder, "gwsa", {.units = units});
        CHECK_THAT(outcome(path), Contains("65") && Contains("--assume-units"));
        CHECK(read_step(*io::open_series({path}, {.quantity = "gwsa", .assume_units = "cm"}), 0)[0] == 10);
    }
    for (const std::string units : {"CM", "K", "m s-1", "mm/month"})
        CHECK_THAT(outcome(make(folder, "gwsa", {.units = units})),
                   Contains("65") && Contains("has units '" + units + "'") && Contains("storage needs"));
    // What the file states is not overruled.
    CHECK_THAT(outcome(make(folder, "gwsa", {.units = "K"}), {.quantity = "gwsa", .assume_units = "mm"}),
               Contains("65"));
    CHECK_THAT(outcome(make(folder, "swvl1", {.units = "kg m-2"}), {.quantity = "swvl1"}), Contains("volume fraction"));
}

TEST_CASE("every kind of fill value is missing")
{
    const TemporaryFolder folder;
    const auto missing = [&](const Stored& stored) {
        const auto field = read_step(*io::open_series({make(folder, "gwsa", stored)}, {.quantity = "gwsa"}), 0);
        std::string text;
        for (const float value : field) text += std::isnan(value) ? 'x' : '.';
        return text;
    };
    const double nan = std::nan("");
    CHECK(missing({.numbers = {{"_FillValue", nan}}, .values = {nan, 1, 2, nan}}) == "x..x");
    CHECK(missing({.numbers = {{"_FillValue", -99999}}, .values = {-99999, 1, nan, 3}}) == "x.x.");
    CHECK(missing({.numbers = {{"missing_value", 1e20}}, .values = {1e20, 1, 2, 3}}) == "x...");
    CHECK(missing({.numbers = {{"_FillValue", -9999}, {"missing_value", -8888}}, .values = {-9999, -8888, 2, 3}}) ==
          "xx..");
    CHECK(missing({.values = {NC_FILL_FLOAT, 1, 2, 3}}) == "x...");
    CHECK(missing({.type = NC_DOUBLE,
                   .values = {NC_FILL_DOUBLE, 3.5e38, std::numeric_limits<double>::infinity(), 3}}) == "xxx.");
    CHECK(missing({.values = {-9999, 1, 2, 3}}) == "...."); // not declared: stays, and inspect shows the range
}

TEST_CASE("packing: scale, offset, unsigned bytes; a scale of zero is refused")
{
    const TemporaryFolder folder;
    const auto values = [&](const Stored& stored) {
        return read_step(*io::open_series({make(folder, "gwsa", stored)}, {.quantity = "gwsa"}), 0);
    };
    CHECK(values(
              {.type = NC_SHORT, .numbers = {{"scale_factor", 0.1}, {"add_offset", 5}}, .values = {0, 10, -10, 100}}) ==
          std::vector<float>{5, 6, 4, 15});
    CHECK_THAT(outcome(make(folder, "gwsa", {.type = NC_SHORT, .numbers = {{"scale_factor", 0}}}),
                       {.quantity = "gwsa", .variable = "gwsa"}),
               Contains("65") && Contains("scale_factor 0"));
    NcMaker file(folder / "b.nc", NC_CLASSIC_MODEL);
    file.axis("lat", {0, 1}, "degrees_north");
    file.axis("lon", {0, 1}, "degrees_east");
    const int id = file.variable("x", NC_BYTE, {"lat", "lon"});
    file.text(id, "_Unsigned", "true").number(id, "_FillValue", NC_BYTE, -1).values(id, {-2, -1, 0, 127});
    file.close();
    const auto field = read_step(*io::open_series({folder / "b.nc"}, {.quantity = "x"}), 0);
    CHECK(field[0] == 254);
    CHECK(std::isnan(field[1]));
    CHECK(field[3] == 127);
}
