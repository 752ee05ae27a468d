// Damaged and hostile files: the child that opens them first may die, this process never does.

#include <hdf5.h>
#include <unistd.h>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "gwsd/core/random.hpp"
#include "io/probe.hpp"
#include "io_input/nc_maker.hpp"
#include "io_input/read_series.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using Catch::Matchers::Contains;
using test::NcMaker;
using test::outcome;
using test::ramp;
using test::read_bytes;
using test::TemporaryFolder;

namespace {

void make_small(const std::string& path, int mode)
{
    NcMaker file(path, mode);
    file.axis("lat", ramp(0, 1, 4), "degrees_north");
    file.axis("lon", ramp(0, 1, 5), "degrees_east");
    file.axis("time", ramp(15, 30.4, 3), "days since 2002-01-01");
    const int id = file.variable("gwsa", NC_SHORT, {"time", "lat", "lon"});
    file.text(id, "units", "mm").number(id, "scale_factor", NC_DOUBLE, 0.1).number(id, "_FillValue", NC_SHORT, -1);
    if (mode == NC_NETCDF4) nc_def_var_deflate(file.file(), id, 1, 1, 1);
    file.values(id, ramp(0, 1, 60));
}

/// A compression that no reader knows, by HDF5's number for Zstandard.
std::size_t copy_filter(unsigned, std::size_t, const unsigned*, std::size_t bytes, std::size_t*, void**)
{
    return bytes;
}

} // namespace

TEST_CASE("mutated headers never harm the reader, and end in an error or in data")
{
    const TemporaryFolder folder;
    int accepted = 0, refused = 0;
    Random random(42);
    const auto number = [&](std::size_t below) { return static_cast<std::size_t>(random.below(below)); };
    for (const int mode : {NC_CLASSIC_MODEL, NC_64BIT_OFFSET, NC_CDF5, NC_NETCDF4}) {
        make_small(folder / "whole.nc", mode);
        const std::string whole = read_bytes(folder / "whole.nc");
        const std::size_t head = std::min<std::size_t>(whole.size(), mode == NC_NETCDF4 ? whole.size() : 600);
        for (int i = 0; i < 80; ++i) {
            std::string bytes = whole;
            const auto flips = 1 + number(4);
            for (std::size_t k = 0; k < flips; ++k)
                bytes[number(head)] = number(3) == 0 ? '\xff' : static_cast<char>(number(256));
            if (number(5) == 0) bytes.resize(number(bytes.size()));
            const std::string path = folder / ("m" + std::to_string(mode) + "_" + std::to_string(i) + ".nc");
            std::ofstream(path, std::ios::binary) << bytes;
            const auto start = std::chrono::steady_clock::now();
            std::string said = "accepted";
            try {
                const auto series = io::open_series({path}, {.quantity = "gwsa"});
                for (Index t = 0; t < series->time().size(); ++t) test::read_step(*series, t);
            } catch (const Error& error) {
                said = error.what();
                INFO(said);
                CHECK(error.exit_code() == ExitCode::bad_data);
                CHECK(said.find(path) != std::string::npos);
            }
            ++(said == "accepted" ? accepted : refused);
            CHECK(std::chrono::steady_clock::now() - start < std::chrono::seconds(60));
            std::filesystem::remove(path);
        }
    }
    CHECK(refused > 100);
    CHECK(accepted > 20); // flips in names and values are no damage that anyone can see
}

TEST_CASE("a crash, an endless loop and too large a request in the child are errors here")
{
    const auto said = [](const std::function<void(std::size_t)>& work, const io::ProbeLimits& limits = {}) {
        try {
            io::run_guarded({"a.nc", "b.nc"}, work, limits);
        } catch (const DataError& error) {
            return std::string(error.what());
        } catch (const Error& error) {
            return "exit code " + std::to_string(static_cast<int>(error.exit_code())) + ": " + error.what();
        }
        return std::string("fine");
    };
    CHECK(said([](std::size_t) {}) == "fine");
    CHECK_THAT(said([](std::size_t i) {
                   if (i == 1) {
                       std::signal(SIGSEGV, SIG_DFL);
                       std::raise(SIGSEGV);
                   }
               }),
               Contains("b.nc: is damaged or hostile: the library that reads it crashed"));
    CHECK_THAT(said([](std::size_t) { _exit(3); }),
               Contains("a.nc: is damaged or hostile: the reader ended with status 3"));
    CHECK_THAT(said([](std::size_t) { sleep(600); }, {.wall_seconds = 0.2}), Contains("did not come to an end"));
    CHECK_THAT(said([](std::size_t) { throw std::bad_alloc(); }), Contains("a.nc: asks for more memory"));
    CHECK_THAT(said([](std::size_t) { throw InputMissing("a.nc: gone"); }), Contains("66: a.nc: gone"));
    CHECK_THAT(said([](std::size_t) { throw DataError(std::string(3'000'000, 'x')); }), Contains("xxx"));
}

TEST_CASE("a compression that is not installed is named, with the way out")
{
    const H5Z_class2_t filter{H5Z_CLASS_T_VERS, 32015, 1, 1, "copy", nullptr, nullptr, copy_filter};
    REQUIRE(H5Zregister(&filter) >= 0);
    const TemporaryFolder folder;
    make_small(folder / "plain.nc", NC_NETCDF4);
    {
        NcMaker file(folder / "zstd.nc");
        file.axis("lat", ramp(0, 1, 4), "degrees_north");
        file.axis("lon", ramp(0, 1, 5), "degrees_east");
        const int id = file.variable("gwsa", NC_FLOAT, {"lat", "lon"});
        file.text(id, "units", "mm");
        REQUIRE(nc_def_var_filter(file.file(), id, 32015, 0, nullptr) == NC_NOERR);
        file.values(id, ramp(0, 1, 20));
    }
    REQUIRE(H5Zunregister(32015) >= 0);
    std::string said = "accepted";
    try {
        const auto series = io::open_series({folder / "zstd.nc"}, {.quantity = "gwsa"});
        test::read_step(*series, 0);
    } catch (const DataError& error) {
        said = error.what();
    }
    CHECK_THAT(said, Contains("variable 'gwsa'") && Contains("filter 32015 (Zstandard)") && Contains("nccopy -F none"));
}
