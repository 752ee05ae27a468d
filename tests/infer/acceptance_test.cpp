#include <cmath>
#include <cstdio>
#include <filesystem>

#include "gwsd/infer/downscale.hpp"
#include "infer/small_model.hpp"
#include "io/output_read.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using test::run_command;
using test::Scratch;

namespace {

/// Real outputs of downscale: fine.nc, fine_flags.nc, and norm.nc after CF 1.13.
struct Outputs {
    Scratch folder;
    std::string fine = folder / "fine.nc", flags = folder / "fine_flags.nc", norm = folder / "norm.nc";

    Outputs()
    {
        auto model = test::small_model();
        infer::DownscaleOptions options;
        options.model = folder / "m.gwsd";
        options.cube = folder / "cube.nc";
        options.output = fine;
        options.tile = 8;
        options.config.flags = true;
        train::save_model(options.model, model, false);
        test::save_cube(*test::small_cube(), options.cube);
        infer::downscale(options);
        options.output = norm;
        options.config.cf = "1.13";
        options.config.flags = false;
        infer::downscale(options);
    }

    /// Values of a step.
    std::vector<float> values(Index t) const
    {
        const io::WrittenFile file(fine);
        std::vector<float> field(static_cast<std::size_t>(file.grid().cells()));
        file.read("gwsa", t, field);
        return field;
    }
};

bool skipped(bool absent, const std::string& program)
{
    if (!absent) return false;
    WARN("SKIPPED: " + program + " is not installed");
    std::puts(("SKIPPED: " + program + " is not installed").c_str());
    return true;
}

void accepts(const std::vector<std::string>& command)
{
    const auto result = run_command(command);
    std::string line;
    for (const std::string& word : command) line += word + " ";
    INFO(line << "\n" << result.out << result.err);
    CHECK(result.code == 0);
}

/// The python3 that knows a module: the one on PATH, or the system's; empty if neither does.
std::string python_with(const std::string& module)
{
    for (const char* python : {"python3", "/usr/bin/python3"})
        if (run_command({python, "-c", "import " + module}).code == 0) return python;
    return {};
}

} // namespace

TEST_CASE("CDO accepts an output of downscale, and finds its mean")
{
    if (skipped(!test::has_program("cdo", "--version"), "cdo")) return;
    const Outputs outputs;
    const std::string to = outputs.folder / "out.nc";
    for (const std::string& file : {outputs.fine, outputs.norm}) {
        for (const char* step :
             {"timmean", "fldmean", "yearmean", "sellonlatbox,5,8,45,48", "remapcon,r72x36", "mulc,2"})
            accepts({"cdo", "-O", "-s", step, file, to});
        accepts({"cdo", "-s", "sinfon", file});
    }
    accepts({"cdo", "-s", "sinfon", outputs.flags});
    const geo::Grid grid = test::small_cube()->info().fine;
    const auto field = outputs.values(0);
    double sum = 0, weight = 0;
    for (std::size_t i = 0; i < field.size(); ++i)
        if (!std::isnan(field[i])) {
            const double w = grid.row_weight(static_cast<Index>(i) / grid.cols());
            sum += w * static_cast<double>(field[i]);
            weight += w;
        }
    const auto mean = run_command({"cdo", "-s", "output", "-fldmean", "-selname,gwsa", "-seltimestep,1", outputs.fine});
    REQUIRE(mean.code == 0);
    CHECK(std::stod(mean.out) == Approx(sum / weight).epsilon(1e-4));
}

TEST_CASE("NCO accepts an output of downscale")
{
    if (skipped(!test::has_program("ncks", "--version"), "nco")) return;
    const Outputs outputs;
    const std::string to = outputs.folder / "out.nc";
    accepts({"ncks", "-O", "-d", "time,0,2", outputs.fine, to});
    accepts({"ncwa", "-O", "-a", "time", outputs.fine, to});
    accepts({"ncra", "-O", outputs.fine, to});
    CHECK(io::WrittenFile(to).has("gwsa"));
    accepts({"ncks", "-O", "-v", "cell_area", outputs.fine, to});
    accepts({"ncatted", "-O", "-h", "-a", "comment,global,a,c, changed in place", outputs.fine});
    accepts({"ncks", "-A", "-v", "cell_area", to, outputs.fine});
    CHECK(io::WrittenFile(outputs.fine).has("gwsa"));
}

TEST_CASE("GDAL accepts an output of downscale, and finds its place and values")
{
    if (skipped(!test::has_program("gdalinfo"), "gdal")) return;
    const Outputs outputs;
    const std::string source = "NETCDF:" + outputs.fine + ":gwsa", tiff = outputs.folder / "a.tif";
    const auto info = run_command({"gdalinfo", source});
    CHECK(info.code == 0);
    CHECK(info.out.find("\"EPSG\",4326") != std::string::npos);
    CHECK(info.out.find("Origin = (4.0000000") != std::string::npos);
    CHECK(info.out.find("NoData Value=9.969") != std::string::npos);
    accepts({"gdal_translate", "-q", "-of", "COG", "-b", "1", source, tiff});
    const geo::Grid grid = test::small_cube()->info().fine;
    const auto value = run_command(
        {"gdallocationinfo", "-valonly", "-wgs84", tiff, std::to_string(grid.lon(9)), std::to_string(grid.lat(5))});
    REQUIRE(value.code == 0);
    CHECK(std::stof(value.out) ==
          Approx(outputs.values(0)[static_cast<std::size_t>(5 * grid.cols() + 9)]).epsilon(1e-4));
}

TEST_CASE("xarray accepts an output of downscale, with coordinates, dates and missing cells")
{
    const std::string python = python_with("xarray, netCDF4");
    if (skipped(python.empty(), "xarray with netCDF4")) return;
    const Outputs outputs;
    accepts({python, "-c",
             "import sys, xarray\n"
             "d = xarray.open_dataset(sys.argv[1], decode_coords='all')\n"
             "assert d.gwsa.dims == ('time', 'lat', 'lon') and d.gwsa.shape == (11, 24, 32), d.gwsa.shape\n"
             "assert str(d.time.values[0])[:7] == '2003-01' and '2003-06' not in [str(t)[:7] for t in d.time.values]\n"
             "assert int(d.gwsa.isel(time=0).isnull().sum()) == 3 * 24 - 1\n"
             "assert {'crs', 'cell_area', 'time_bnds', 'lat_bnds', 'lon_bnds'} <= set(d.coords), d.coords\n"
             "assert d.gwsa.units == 'mm' and float(d.gwsa_standard_error.min()) > 0\n"
             "d.gwsa.groupby('time.month').mean()\n",
             outputs.fine});
}

TEST_CASE("compliance-checker finds nothing against CF-1.11 in outputs and flags")
{
    std::string checker = "compliance-checker";
    const std::string own = std::string(GWSD_SOURCE_DIR) + "/build/tools/bin/compliance-checker";
    if (!test::has_program(checker) && std::filesystem::exists(own)) checker = own;
    if (skipped(!test::has_program(checker), "compliance-checker")) return;
    const Outputs outputs;
    for (const std::string& file : {outputs.fine, outputs.flags}) {
        const auto result = run_command({checker, "--test=cf:1.11", "--criteria=strict", file});
        INFO(result.out << result.err);
        CHECK(result.code == 0);
        CHECK(result.out.find("All tests passed") != std::string::npos);
    }
}
