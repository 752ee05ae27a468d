#include <netcdf.h>
#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>
#include <map>
#include <sstream>

#include "gwsd/io/checkpoint.hpp"
#include "gwsd/io/field_writer.hpp"
#include "gwsd/io/output.hpp"
#include "gwsd/io/series.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::geo;
using namespace gwsd::test;

namespace {

constexpr float missing = std::numeric_limits<float>::quiet_NaN();

/// 3 x 4 cells of 0.5 degrees from 10 E, 40 N; value 100 t + 10 row + col, sigma a tenth; cell (1, 2) is missing.
std::string write_anomaly(const TemporaryFolder& folder)
{
    const std::string path = folder / "fine.nc";
    io::OutputInfo info;
    info.grid = regular_grid(0.5, {10, 40, 12, 41.5});
    info.time = {true, {Month::of(2010, 7).index, Month::of(2010, 8).index, Month::of(2010, 10).index}};
    const auto writer = io::create_output(path, info, false);
    for (Index t = 0; t < 3; ++t) {
        std::vector<float> value, error;
        for (int i = 0; i < 12; ++i) {
            value.push_back(i == 6 ? missing : static_cast<float>(100 * t + 10 * (i / 4) + i % 4));
            error.push_back(value.back() / 10);
        }
        writer->write(t, value, error);
    }
    writer->finish();
    return path;
}

/// The fields of the only directory of a little-endian TIFF.
struct Tiff {
    explicit Tiff(const std::string& path) : bytes(read_bytes(path))
    {
        REQUIRE(bytes.substr(0, 4) == std::string("II*\0", 4));
        const auto at = number<std::uint32_t>(4);
        for (std::size_t i = 0; i < number<std::uint16_t>(at); ++i) {
            const std::size_t field = at + 2 + 12 * i;
            places[number<std::uint16_t>(field)] = field;
        }
    }
    template <class T>
    T number(std::size_t at) const
    {
        T value;
        REQUIRE(at + sizeof value <= bytes.size());
        std::memcpy(&value, bytes.data() + at, sizeof value);
        return value;
    }
    template <class T>
    std::vector<T> values(std::uint16_t tag) const
    {
        REQUIRE(places.count(tag) == 1);
        const std::size_t field = places.at(tag), count = number<std::uint32_t>(field + 4);
        const std::size_t from = count * sizeof(T) <= 4 ? field + 8 : number<std::uint32_t>(field + 8);
        std::vector<T> list;
        for (std::size_t i = 0; i < count; ++i) list.push_back(number<T>(from + i * sizeof(T)));
        return list;
    }
    std::string bytes;
    std::map<std::uint16_t, std::size_t> places;
};

CommandResult export_field(std::vector<std::string> arguments)
{
    arguments.insert(arguments.begin(), "export");
    return run_gwsd(arguments);
}

} // namespace

TEST_CASE("gwsd export gives the series of the cell that holds a point, with its standard error")
{
    const TemporaryFolder folder;
    const std::string path = write_anomaly(folder);
    const std::string expected = "time,value,standard_error\n2010-07,11,1.1\n2010-08,111,11.1\n2010-10,211,21.1\n";
    CHECK(export_field({"--input", path, "--point", "10.7,40.6"}).out == expected);
    CHECK(export_field({"--input", path, "--point=-349.3,40.6"}).out == expected);
    CHECK(export_field({"--input", path, "--point", "11.2,40.7", "--month", "2010-08"}).out ==
          "time,value,standard_error\n2010-08,,\n");
    // The corners of the field belong to it.
    CHECK(export_field({"--input", path, "--point", "12,41.5", "--month", "2010-07:2010-07"}).out ==
          "time,value,standard_error\n2010-07,23,2.3\n");
    const CommandResult outside = export_field({"--input", path, "--point", "13,41"});
    CHECK(outside.code == 65);
    CHECK(outside.err == "gwsd: --point 13,41: lies outside the field (latitude 40..41.5, longitude 10..12)\n");
}

TEST_CASE("gwsd export writes one month as a table without the missing cells")
{
    const TemporaryFolder folder;
    const std::string path = write_anomaly(folder);
    REQUIRE(export_field({"--input", path, "--month", "2010-08", "--output", folder / "august.csv"}).code == 0);
    std::istringstream lines(read_bytes(folder / "august.csv"));
    std::vector<std::string> list;
    for (std::string line; std::getline(lines, line);) list.push_back(line);
    REQUIRE(list.size() == 12);
    CHECK(list[0] == "lon,lat,value,standard_error");
    CHECK(list[1] == "10.25,40.25,100,10");
    CHECK(list[6] == "10.75,40.75,111,11.1");
    CHECK(list[7] == "11.75,40.75,113,11.3");
    CHECK(list[11] == "11.75,41.25,123,12.3");
}

TEST_CASE("gwsd export writes a GeoTIFF that starts in the north, with its place, its months and its missing cells")
{
    const TemporaryFolder folder;
    const std::string path = write_anomaly(folder);
    REQUIRE(export_field({"--input", path, "--output", folder / "all.tif"}).code == 0);
    const Tiff tiff(folder / "all.tif");
    CHECK(tiff.values<std::uint32_t>(256) == std::vector<std::uint32_t>{4});
    CHECK(tiff.values<std::uint32_t>(257) == std::vector<std::uint32_t>{3});
    CHECK(tiff.values<std::uint16_t>(258) == std::vector<std::uint16_t>{32, 32, 32});
    CHECK(tiff.values<std::uint16_t>(339) == std::vector<std::uint16_t>{3, 3, 3});
    CHECK(tiff.values<double>(33550) == std::vector<double>{0.5, 0.5, 0});
    CHECK(tiff.values<double>(33922) == std::vector<double>{0, 0, 0, 10, 41.5, 0});
    const auto offsets = tiff.values<std::uint32_t>(273), sizes = tiff.values<std::uint32_t>(279);
    REQUIRE(offsets.size() == 3);
    CHECK(sizes == std::vector<std::uint32_t>{48, 48, 48});
    CHECK(offsets[2] + sizes[2] == tiff.bytes.size());
    CHECK(tiff.number<float>(offsets[0]) == 20);
    CHECK(tiff.number<float>(offsets[1] + 4 * 5) == 111);
    CHECK(std::isnan(tiff.number<float>(offsets[1] + 4 * 6)));
    CHECK(tiff.number<float>(offsets[2] + 4 * 11) == 203);
    if (!has_program("gdalinfo")) {
        WARN("SKIPPED: gdalinfo is not installed");
        return;
    }
    const std::string info = run_command({"gdalinfo", folder / "all.tif"}).out;
    for (const char* part : {"ID[\"EPSG\",4326]", "Origin = (10.000000000000000,41.500000000000000)",
                             "Pixel Size = (0.500000000000000,-0.500000000000000)", "AREA_OR_POINT=Area",
                             "Description = gwsa 2010-08", "Unit Type: mm", "NoData Value=nan", "Band 3"})
        CHECK(info.find(part) != std::string::npos);
    const CommandResult value =
        run_command({"gdallocationinfo", "-valonly", "-wgs84", "-b", "2", folder / "all.tif", "10.7", "40.6"});
    CHECK(value.out == "111\n");
}

TEST_CASE("gwsd export writes HDF5 arrays with NaN where the field is missing")
{
    const TemporaryFolder folder;
    const std::string path = write_anomaly(folder);
    REQUIRE(export_field(
                {"--input", path, "--format", "hdf5", "--month", "2010-08:2010-12", "--output", folder / "fine.h5"})
                .code == 0);
    CHECK(read_bytes(folder / "fine.h5").substr(0, 8) == "\x89HDF\r\n\x1a\n");
    int file = 0, variable = 0;
    std::vector<float> values(24), errors(24);
    REQUIRE(nc_open((folder / "fine.h5").c_str(), NC_NOWRITE, &file) == NC_NOERR);
    REQUIRE(nc_inq_varid(file, "gwsa", &variable) == NC_NOERR);
    REQUIRE(nc_get_var_float(file, variable, values.data()) == NC_NOERR);
    REQUIRE(nc_inq_varid(file, "gwsa_standard_error", &variable) == NC_NOERR);
    REQUIRE(nc_get_var_float(file, variable, errors.data()) == NC_NOERR);
    nc_close(file);
    CHECK(values[0] == 100);
    CHECK(std::isnan(values[6]));
    CHECK(values[23] == 223);
    CHECK(errors[23] == 22.3F);
}

TEST_CASE("gwsd export writes a model as HDF5: arrays as datasets, metadata as attributes of any length")
{
    const TemporaryFolder folder;
    io::Checkpoint model;
    model.metadata["gwsd.config"] = std::string(100'000, 'x') + "\nend";
    model.metadata["gwsd.note"] = "small";
    const std::vector<float> weights{1.5F, -2, 3, 4, 5, 6};
    io::NamedArray array{"model.encoder.weight", "F32", Shape{2, 3}, {}};
    const auto raw = std::as_bytes(std::span(weights));
    array.bytes.assign(raw.begin(), raw.end());
    model.arrays.push_back(array);
    io::save_checkpoint(folder / "best.gwsd", model);
    const CommandResult run = export_field({"--input", folder / "best.gwsd", "--output", folder / "model.h5"});
    INFO(run.err);
    REQUIRE(run.code == 0);
    int file = 0, variable = 0, rank = 0;
    std::size_t length = 0;
    std::vector<float> values(6);
    REQUIRE(nc_open((folder / "model.h5").c_str(), NC_NOWRITE, &file) == NC_NOERR);
    REQUIRE(nc_inq_varid(file, "model.encoder.weight", &variable) == NC_NOERR);
    REQUIRE(nc_inq_varndims(file, variable, &rank) == NC_NOERR);
    CHECK(rank == 2);
    REQUIRE(nc_get_var_float(file, variable, values.data()) == NC_NOERR);
    CHECK(values == weights);
    REQUIRE(nc_inq_attlen(file, NC_GLOBAL, "gwsd.config", &length) == NC_NOERR);
    CHECK(length >= 100'004);
    nc_close(file);
    CHECK(export_field({"--input", folder / "best.gwsd", "--format", "csv"}).code == 64);
}

TEST_CASE("gwsd export --json tells what was written")
{
    const TemporaryFolder folder;
    const std::string out = folder / "point.csv";
    const auto result =
        export_field({"--input", write_anomaly(folder), "--point", "10.5,40.5", "--output", out, "--json"});
    REQUIRE(result.code == 0);
    CHECK(result.out == "{\n  \"output\": \"" + out + "\"\n}\n");
}

TEST_CASE("gwsd export ends with the documented exit codes and leaves nothing behind")
{
    const TemporaryFolder folder;
    const std::string path = write_anomaly(folder);
    const auto code = [](const std::vector<std::string>& arguments) { return export_field(arguments).code; };
    CHECK(code({"--input", path, "--output", folder / "fine.dat"}) == 64);
    CHECK(code({"--input", path, "--format", "csv"}) == 64);
    CHECK(code({"--input", path, "--point", "10.5,40.5", "--json"}) == 64);
    CHECK(code({"--input", path, "--format", "hdf5"}) == 64);
    CHECK(code({"--input", path, "--format", "png", "--output", folder / "x"}) == 64);
    CHECK(code({"--input", path, "--point", "10.5", "--format", "csv"}) == 64);
    CHECK(code({"--input", path, "--point", "10.5,40.5", "--output", folder / "x.tif"}) == 64);
    CHECK(code({"--input", path, "--month", "2010-09", "--output", folder / "x.tif"}) == 65);
    CHECK(code({"--input", path, "--variable", "tp", "--point", "10.5,40.5"}) == 65);
    CHECK(code({"--input", folder / "none.nc", "--point", "10.5,40.5"}) == 66);
    CHECK(code({"--input", path, "--month", "2010-13", "--output", folder / "x.tif"}) == 64);
    CHECK(code({"--input", path, "--output", path, "--format", "hdf5", "--overwrite"}) == 73);
    CHECK(std::distance(std::filesystem::directory_iterator(folder.path()), std::filesystem::directory_iterator{}) ==
          1);
}

TEST_CASE("a field with half cells at the poles has no GeoTIFF, and the message tells the way")
{
    const TemporaryFolder folder;
    const Grid nodes{{-90, -85, -75, -65, -55, -45}, {0, 10, 20}};
    const auto writer = io::create_field(folder / "nodes.nc", {nodes, {}, false, "land", "1", {}, {}, "test"}, false);
    writer->write(0, std::vector<float>(10, 1.0F));
    writer->finish();
    const CommandResult run = export_field({"--input", folder / "nodes.nc", "--output", folder / "nodes.tif"});
    CHECK(run.code == 65);
    CHECK(run.err ==
          "gwsd: " + (folder / "nodes.tif") +
              ": a GeoTIFF needs cells of one size, but those along the latitude differ (half cells at the "
              "poles?); bring the field onto a grid of cells first, such as with gwsd regrid --resolution\n");
}
