#include <netcdf.h>
#include <chrono>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <thread>

#include "gwsd/core/error.hpp"
#include "gwsd/io/output.hpp"
#include "io/output_read.hpp"
#include "io/output_sink.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::io;
using test::read_bytes;
using test::Scratch;
using test::write_bytes;

namespace {

const float missing = std::nanf("");

OutputInfo example_output()
{
    OutputInfo info;
    info.grid = geo::refine(geo::regular_grid(0.5, {2, 45, 6, 48}), 4);
    info.time = geo::TimeAxis{
        true, {geo::Month::of(2003, 1).index, geo::Month::of(2003, 2).index, geo::Month::of(2003, 4).index}};
    info.baseline = "2004-01-01/2009-12-31";
    info.absent_months = {"2003-03"};
    info.attributes = {{"gwsd_truth_mode", "reference"}, {"title", "A test"}};
    info.history = "gwsd downscale";
    return info;
}

std::vector<float> field(const OutputInfo& info, Index t)
{
    std::vector<float> values(static_cast<std::size_t>(info.grid.cells()));
    for (std::size_t i = 0; i < values.size(); ++i)
        values[i] = i % 7 == 0 ? missing : static_cast<float>(t) + 0.01F * static_cast<float>(i);
    return values;
}

void write_example(const std::string& path, const OutputInfo& info)
{
    const auto writer = create_output(path, info, false);
    for (Index t = 0; t < info.time.size(); ++t)
        writer->write(t, field(info, t), info.has_error ? field(info, t + 5) : std::vector<float>{});
    CHECK_FALSE(std::filesystem::exists(path));
    writer->finish();
}

bool available(const std::string& program)
{
    return std::system(("command -v " + program + " >/dev/null 2>&1").c_str()) == 0;
}

void skip(const std::string& why)
{
    WARN("SKIPPED: " + why);
    std::puts(("SKIPPED: " + why).c_str());
}

} // namespace

TEST_CASE("The output holds what was written, with its attributes")
{
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    const Scratch folder;
    const OutputInfo info = example_output();
    write_example(folder / "a.nc", info);
    const WrittenFile file(folder / "a.nc");
    std::vector<float> back(static_cast<std::size_t>(info.grid.cells()));
    file.read("gwsa_standard_error", 2, back);
    const auto expected = field(info, 7);
    for (std::size_t i = 0; i < back.size(); ++i)
        REQUIRE((std::isnan(expected[i]) ? std::isnan(back[i]) : back[i] == expected[i]));
    CHECK(geo::same_grid(file.grid(), info.grid));
    CHECK(file.time(true).steps == info.time.steps);
    CHECK(file.values("time")[0] == 365 + 15.5);
    CHECK(file.attribute("history") == "2023-11-14T22:13:20Z gwsd downscale");
    CHECK(file.attribute("title") == "A test");
    CHECK(file.attribute("gwsd_absent_months") == "2003-03");
    CHECK(file.attribute("gwsd_baseline", "gwsa") == "2004-01-01/2009-12-31");
    CHECK_FALSE(file.attribute("standard_name", "gwsa"));
    CHECK(folder.names() == std::vector<std::string>{"a.nc"});
}

TEST_CASE("The same content gives the same bytes")
{
    ::setenv("SOURCE_DATE_EPOCH", "1700000000", 1);
    const Scratch folder;
    write_example(folder / "a.nc", example_output());
    std::this_thread::sleep_for(std::chrono::milliseconds(1100)); // HDF5 may note the second
    write_example(folder / "b.nc", example_output());
    CHECK(read_bytes(folder / "a.nc") == read_bytes(folder / "b.nc"));
}

TEST_CASE("netCDF opens an output for changes, and attributes may be long")
{
    const Scratch folder;
    const std::string path = folder / "fine.nc";
    OutputInfo info = example_output();
    info.attributes.push_back({"sources", std::string(100'000, 'x')});
    write_example(path, info);
    int id = 0;
    REQUIRE(nc_open(path.c_str(), NC_WRITE, &id) == NC_NOERR);
    CHECK(nc_put_att_text(id, NC_GLOBAL, "comment", 4, "mine") == NC_NOERR);
    std::size_t length = 0;
    CHECK(nc_inq_attlen(id, NC_GLOBAL, "sources", &length) == NC_NOERR);
    CHECK(length == 100'000);
    CHECK(nc_close(id) == NC_NOERR);
}

TEST_CASE("Names and units follow the quantity")
{
    const Scratch folder;
    OutputInfo info = example_output();
    info.quantity = "twsa";
    info.unit = "%";
    info.has_error = false;
    info.time = geo::TimeAxis{false, {geo::days_from_civil(2003, 2, 17)}};
    write_example(folder / "a.nc", info);
    const WrittenFile file(folder / "a.nc");
    CHECK(file.attribute("units", "twsa") == "%");
    CHECK(file.attribute("long_name", "twsa") == "Total water storage anomaly");
    CHECK_FALSE(file.has("gwsa"));
    CHECK_FALSE(file.has("twsa_standard_error"));
    CHECK(file.time(false).label(0) == "2003-02-17");
}

TEST_CASE("CF 1.13 states the baseline, and needs one")
{
    const Scratch folder;
    OutputInfo info = example_output();
    info.cf = "1.13";
    write_example(folder / "a.nc", info);
    const WrittenFile file(folder / "a.nc");
    CHECK(file.attribute("cell_methods", "gwsa") == "area: mean time: mean time: anomaly_wrt baseline");
    CHECK(file.attribute("ancillary_variables", "gwsa") == "gwsa_standard_error baseline");
    CHECK(file.values("baseline_time")[0] == 1826);
    CHECK(file.values("baseline_time_bnds") == std::vector<double>{730, 2922});
    info.baseline = "unknown";
    CHECK_THROWS_AS(create_output(folder / "b.nc", info, false), ConfigError);
    info.cf = "1.9";
    CHECK_THROWS_AS(create_output(folder / "b.nc", info, false), ConfigError);
}

TEST_CASE("An output that exists, has no folder or is an input is refused before any work")
{
    const Scratch folder;
    write_bytes(folder / "old.nc", "old");
    CHECK_THROWS_WITH(create_output(folder / "old.nc", example_output(), false),
                      Catch::Matchers::Contains("--overwrite"));
    CHECK_THROWS_AS(create_output(folder / "none/a.nc", example_output(), true), CannotCreate);
    std::filesystem::create_hard_link(folder / "old.nc", folder / "hard.nc");
    std::filesystem::create_symlink(folder / "old.nc", folder / "link.nc");
    for (const char* name : {"old.nc", "hard.nc", "link.nc"})
        CHECK_THROWS_AS(check_output(folder / name, true, {folder / "old.nc"}), CannotCreate);
    CHECK_THROWS_AS(check_output("/dev/null", true), CannotCreate);
    CHECK_NOTHROW(check_output(folder / "new.nc", false, {folder / "old.nc"}));
    CHECK(read_bytes(folder / "old.nc") == "old");
    write_text(folder / "link.nc", "new", true);
    CHECK(read_bytes(folder / "old.nc") == "new");
    CHECK(std::filesystem::is_symlink(folder / "link.nc"));
}

TEST_CASE("A large file is written by a child process and reads back the same")
{
    const Scratch folder;
    plan::File file;
    file.dimensions = {{"t", 3, true}, {"x", 1000, false}};
    file.variables = {{"v", plan::Type::float32, {"t", "x"}, {{"units", "mm"}}, {1, 1000}, {}}};
    std::vector<float> values(1000, 2.5F);
    for (const std::size_t limit : {std::size_t{0}, largest_image}) {
        const std::string path = folder / (limit == 0 ? "child.nc" : "image.nc");
        const auto sink = create_netcdf(path, file, false, limit);
        for (Index t = 0; t < 3; ++t) sink->put(0, t, std::as_bytes(std::span(values)));
        sink->put_attribute("found", "at the end");
        CHECK_FALSE(std::filesystem::exists(path));
        sink->finish();
        CHECK(WrittenFile(path).values("v") == std::vector<double>(3000, 2.5));
        CHECK(WrittenFile(path).attribute("found") == "at the end");
    }
    {
        const auto sink = create_netcdf(folder / "never.nc", file, false, 0);
        sink->put(0, 0, std::as_bytes(std::span(values)));
    }
    {
        const auto sink = create_netcdf(folder / "wrong.nc", file, false, 0);
        sink->put(0, 0, std::as_bytes(std::span(values).first(10)));
        CHECK_THROWS_AS(sink->finish(), IoError);
    }
    CHECK(folder.names() == std::vector<std::string>{"child.nc", "image.nc"});
}

TEST_CASE("Flags are a file of their own")
{
    const Scratch folder;
    const OutputInfo info = example_output();
    const auto writer = create_flags(folder / "flags.nc", info, false);
    const std::vector<std::uint8_t> flags(static_cast<std::size_t>(info.grid.cells()),
                                          status_land | status_no_satellite_month);
    for (Index t = 0; t < 3; ++t) writer->write(t, flags);
    writer->finish();
    CHECK(WrittenFile(folder / "flags.nc").values("status_flag").back() == 3);
}

TEST_CASE("CDO works on the output")
{
    if (!available("cdo")) return skip("cdo is not installed");
    const Scratch folder;
    write_example(folder / "a.nc", example_output());
    for (const char* step :
         {"sinfon", "timmean", "fldmean", "yearmean", "sellonlatbox,3,5,45,47", "remapcon,r72x36", "mulc,2"}) {
        const std::string out = std::string(step) == "sinfon" ? "" : " " + (folder / "out.nc");
        INFO(step);
        CHECK(std::system(
                  ("cdo -s -" + std::string(step) + " " + (folder / "a.nc") + out + " >/dev/null 2>&1").c_str()) == 0);
    }
}

TEST_CASE("NCO, GDAL and xarray open the output")
{
    const Scratch folder;
    write_example(folder / "a.nc", example_output());
    const std::string path = folder / "a.nc";
    int tried = 0;
    if (available("ncks"))
        CHECK((++tried, std::system(("ncks -O -d time,0 " + path + " " + (folder / "b.nc")).c_str())) == 0);
    if (available("gdalinfo"))
        CHECK((++tried,
               std::system(("gdalinfo NETCDF:" + path + ":gwsa 2>/dev/null | grep -q 'EPSG.*4326'").c_str())) == 0);
    if (std::system("python3 -c 'import xarray, netCDF4' 2>/dev/null") == 0)
        CHECK((++tried,
               std::system(
                   ("python3 -c \"import xarray; d = xarray.open_dataset('" + path +
                    "', decode_coords='all'); assert d.gwsa.shape == (3, 24, 32) and int(d.gwsa.isnull().sum()) > 0\"")
                       .c_str())) == 0);
    if (tried == 0) skip("ncks, gdalinfo and xarray are not installed");
}
