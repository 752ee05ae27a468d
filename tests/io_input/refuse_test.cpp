// Files that must be refused, each with the reason (RELIABILITY D.7, rows 1-8, 11-14, 48).

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>
#include <chrono>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "gwsd/core/error.hpp"
#include "gwsd/io/series.hpp"
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
using test::write_bytes;

namespace {

/// Six months of 8 x 12 cells, big enough that every cut hits something.
void make_field(const std::string& path, int mode, int deflate = 0)
{
    NcMaker file(path, mode);
    file.axis("lat", ramp(-3.5, 1, 8), "degrees_north");
    file.axis("lon", ramp(-5.5, 1, 12), "degrees_east");
    file.axis("time", ramp(15, 30.4, 6), "days since 2002-01-01");
    const int id = file.variable("gwsa", NC_DOUBLE, {"time", "lat", "lon"});
    file.text(id, "units", "mm");
    if (deflate > 0) nc_def_var_deflate(file.file(), id, 0, 1, deflate);
    std::vector<double> values;
    for (int i = 0; i < 6 * 96; ++i) values.push_back(std::sin(i * 0.7) * 30 + i % 7); // compresses badly
    file.values(id, values);
}

} // namespace

TEST_CASE("what is no regular file is refused at once, without opening it")
{
    const TemporaryFolder folder;
    CHECK_THAT(outcome(folder / "absent.nc"), Contains("66") && Contains("absent.nc: there is no such file"));
    CHECK_THAT(outcome(""), Contains("66"));
    CHECK_THAT(outcome(folder.path().string()), Contains("65") && Contains("found a folder"));
    CHECK_THAT(outcome("/dev/zero"), Contains("65") && Contains("found a device"));
    REQUIRE(mkfifo((folder / "pipe.nc").c_str(), 0600) == 0);
    CHECK_THAT(outcome(folder / "pipe.nc"), Contains("65") && Contains("found a pipe"));
    const int id = socket(AF_UNIX, SOCK_STREAM, 0);
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    const std::string path = folder / "s";
    std::strncpy(address.sun_path, path.c_str(), sizeof address.sun_path - 1);
    if (bind(id, reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0)
        CHECK_THAT(outcome(path), Contains("65") && Contains("found a socket"));
    close(id);
    std::filesystem::create_symlink("loop.nc", folder / "loop.nc");
    CHECK_THAT(outcome(folder / "loop.nc"), Contains("66"));
    CHECK_THAT(outcome(std::string(4096, 'a')), Contains("66"));
}

TEST_CASE("a file that may not be read is told from one that is absent")
{
    if (geteuid() == 0) {
        WARN("SKIPPED: root may read everything");
        return;
    }
    const TemporaryFolder folder;
    make_field(folder / "secret.nc", NC_NETCDF4);
    chmod((folder / "secret.nc").c_str(), 0);
    CHECK_THAT(outcome(folder / "secret.nc"), Contains("77"));
}

TEST_CASE("odd names work as they are")
{
    const TemporaryFolder folder;
    std::filesystem::current_path(folder.path());
    for (const std::string name : {"with space.nc", "hash#1.nc", "-leading.nc", ":colon.nc", "new\nline.nc", "b[1].nc",
                                   "a:b.nc", "\xff\xfe.nc", "water=1.nc"}) {
        make_field(folder / "plain.nc", NC_NETCDF4);
        std::filesystem::rename(folder / "plain.nc", folder / name);
        INFO(name);
        CHECK(outcome(folder / name) == "accepted");
        CHECK(outcome(name) == "accepted");
        CHECK(outcome(name + ":gwsa") == "accepted");
    }
    std::filesystem::current_path("/");
}

TEST_CASE("no address is opened unless that is allowed")
{
    for (const std::string name : {"http://127.0.0.1:9/a.nc", "https://example.org/a.nc", "s3://bucket/a.nc",
                                   "file:///tmp/a.nc", "a.nc#mode=zarr", "https://example.org/a.nc#bytes"})
        CHECK_THAT(outcome(name), Contains("64") && Contains("--allow-remote"));
    // Allowed, the failure is the library's: nothing listens there.
    CHECK_THAT(outcome("http://127.0.0.1:9/a.nc", {.quantity = "gwsa", .allow_remote = true}), Contains("65"));
}

TEST_CASE("other kinds of files are named for what they are")
{
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& bytes) {
        write_bytes(folder / "x.nc", bytes);
        return outcome(folder / "x.nc");
    };
    CHECK_THAT(refused(""), Contains("65") && Contains("is empty (0 bytes), truncated"));
    CHECK_THAT(refused("\n <!DOCTYPE html><html>"), Contains("65") && Contains("web page"));
    CHECK_THAT(refused("<html><head><title>Login</title>"), Contains("web page"));
    CHECK_THAT(refused("\x1f\x8b\x08 and so on"), Contains("gunzip"));
    CHECK_THAT(refused(std::string("II*\0\x08\0\0\0", 8)), Contains("gdal_translate"));
    CHECK_THAT(refused("date,value\n2002-04-16,1.5\n"), Contains("table of text (CSV, 2 columns)"));
    CHECK_THAT(refused("netcdf a { dimensions: }"), Contains("ncgen"));
    CHECK_THAT(refused("{\"error\": \"request expired\"}"), Contains("JSON"));
    CHECK_THAT(refused("nothing in particular"), Contains("plain text"));
    CHECK_THAT(refused(std::string("\x01\x02\x03\0\x04", 5)), Contains("no format known"));
    CHECK_THAT(refused(std::string("CDF\1", 4)), Contains("65") && Contains("truncated"));
    CHECK_THAT(refused("\211HDF\r\n\032\n"), Contains("65") && Contains("truncated"));
    CHECK_THAT(refused("GRIB"), Contains("65"));
    CHECK_THAT(refused(std::string("\x7f"
                                   "ELF",
                                   4)),
               Contains("a program"));
}

TEST_CASE("a truncated netCDF-3 file is refused with the bytes it needs and has")
{
    const TemporaryFolder folder;
    for (const int mode : {NC_CLASSIC_MODEL, NC_64BIT_OFFSET, NC_CDF5}) {
        const std::string path = folder / "whole.nc";
        make_field(path, mode);
        REQUIRE(outcome(path) == "accepted");
        const std::string bytes = read_bytes(path);
        for (const double share : {0.999, 0.99, 0.5, 0.01}) {
            const auto kept = static_cast<std::size_t>(share * static_cast<double>(bytes.size()));
            write_bytes(folder / "cut.nc", bytes.substr(0, kept));
            INFO(mode << " " << share);
            CHECK_THAT(outcome(folder / "cut.nc"), Contains("65") && Contains("truncated"));
            if (share > 0.4)
                CHECK_THAT(outcome(folder / "cut.nc"), Contains("needs " + std::to_string(bytes.size()) +
                                                                " bytes, the file has " + std::to_string(kept)));
        }
    }
}

TEST_CASE("a truncated netCDF-3 file with records is refused, whatever their number and padding")
{
    const TemporaryFolder folder;
    for (const int variables : {1, 2}) {
        const std::string path = folder / "records.nc";
        {
            NcMaker file(path, NC_CLASSIC_MODEL);
            file.axis("lat", ramp(0, 1, 3), "degrees_north");
            file.axis("lon", ramp(0, 1, 3), "degrees_east");
            file.dimension("time", NC_UNLIMITED);
            const int id = file.variable("t2m", NC_SHORT, {"time", "lat", "lon"}); // 18 bytes, padded beside others
            file.text(id, "units", "K");
            std::vector<double> values(5 * 9, 280);
            file.values(id, values);
            if (variables == 2) {
                const int time = file.variable("time", NC_INT, {"time"});
                file.text(time, "units", "days since 2000-01-15");
                file.values(time, ramp(0, 31, 5));
            }
        }
        const std::string bytes = read_bytes(path);
        CHECK_THAT(outcome(path, {.quantity = "t2m"}), variables == 2 ? Contains("accepted") : Contains("65"));
        write_bytes(folder / "cut.nc", bytes.substr(0, bytes.size() - 4));
        CHECK_THAT(outcome(folder / "cut.nc", {.quantity = "t2m"}), Contains("truncated") && Contains("needs"));
    }
}

TEST_CASE("a truncated netCDF-4 file is refused")
{
    const TemporaryFolder folder;
    make_field(folder / "whole.nc", NC_NETCDF4, 1);
    const std::string bytes = read_bytes(folder / "whole.nc");
    for (const double share : {0.999, 0.99, 0.5, 0.01}) {
        write_bytes(folder / "cut.nc",
                    bytes.substr(0, static_cast<std::size_t>(share * static_cast<double>(bytes.size()))));
        CHECK_THAT(outcome(folder / "cut.nc"), Contains("65"));
    }
}

TEST_CASE("a header that claims impossible sizes is refused before anything is allocated")
{
    const TemporaryFolder folder;
    const auto big = [](std::uint64_t n, int bytes) {
        std::string text;
        for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(n >> (8 * i) & 0xff);
        return text;
    };
    const auto name = [&](const std::string& text) {
        return big(text.size(), 4) + text + std::string((4 - text.size() % 4) % 4, '\0');
    };
    const std::string start = std::string("CDF\1", 4) + big(0, 4);
    // three dimensions of 2^31 - 1: more than 2^64 bytes
    const std::string dims = big(10, 4) + big(3, 4) + name("a") + big(0x7fffffff, 4) + name("b") + big(0x7fffffff, 4) +
                             name("c") + big(0x7fffffff, 4);
    const std::string variable = big(11, 4) + big(1, 4) + name("v") + big(3, 4) + big(0, 4) + big(1, 4) + big(2, 4) +
                                 big(0, 8) + big(6, 4) + big(0, 4) + big(400, 4);
    write_bytes(folder / "a.nc", start + dims + big(0, 8) + variable);
    CHECK_THAT(outcome(folder / "a.nc"), Contains("65") && Contains("more bytes than any disk has"));
    write_bytes(folder / "b.nc", start + big(10, 4) + big(1000000000, 4) + std::string(100, 'x'));
    CHECK_THAT(outcome(folder / "b.nc"), Contains("65") && Contains("claims 1000000000 dimensions"));
    write_bytes(folder / "c.nc", start + big(0, 8) + big(12, 4) + big(0x40000000, 4) + std::string(100, 'x'));
    CHECK_THAT(outcome(folder / "c.nc"), Contains("65") && Contains("attributes"));
    // an HDF5 file of which one variable has 2^40 cells, none of them stored
    {
        NcMaker file(folder / "d.nc");
        file.dimension("lat", 1 << 20).dimension("lon", 1 << 20).dimension("time", 1 << 10);
        file.variable("gwsa", NC_DOUBLE, {"time", "lat", "lon"});
    }
    CHECK_THAT(outcome(folder / "d.nc"), Contains("65") && Contains("claims"));
}

TEST_CASE("a damaged chunk is refused when it is read, naming variable and place")
{
    const TemporaryFolder folder;
    for (const bool checksum : {false, true}) {
        const std::string path = folder / "damaged.nc";
        {
            NcMaker file(path);
            file.axis("lat", ramp(-3.5, 1, 8), "degrees_north");
            file.axis("lon", ramp(-5.5, 1, 12), "degrees_east");
            file.axis("time", ramp(15, 30.4, 6), "days since 2002-01-01");
            const int id = file.variable("gwsa", NC_DOUBLE, {"time", "lat", "lon"});
            file.text(id, "units", "mm");
            const std::size_t chunks[] = {1, 8, 12};
            nc_def_var_chunking(file.file(), id, NC_CHUNKED, chunks);
            if (checksum)
                nc_def_var_fletcher32(file.file(), id, NC_FLETCHER32);
            else
                nc_def_var_deflate(file.file(), id, 0, 1, 1);
            std::vector<double> values;
            for (int i = 0; i < 6 * 96; ++i) values.push_back(std::sin(i * 0.7) * 30 + i % 7);
            file.values(id, values);
        }
        // The values of step 4, found by their bytes where they lie unpacked, or in the later half where packed.
        std::string bytes = read_bytes(path);
        const double first = std::sin(3 * 96 * 0.7) * 30 + (3 * 96) % 7;
        std::size_t at = bytes.size() * 3 / 5;
        if (checksum) {
            at = bytes.find(std::string(reinterpret_cast<const char*>(&first), sizeof first));
            REQUIRE(at != std::string::npos);
            at += 100;
        }
        for (std::size_t i = 0; i < 16; ++i) bytes[at + i] = static_cast<char>(~bytes[at + i]);
        write_bytes(path, bytes);
        std::string said = "accepted";
        try {
            const auto series = io::open_series({path}, {.quantity = "gwsa"});
            for (Index t = 0; t < series->time().size(); ++t) test::read_step(*series, t);
        } catch (const DataError& error) {
            said = error.what();
        }
        CHECK_THAT(said, Contains("damaged.nc: variable 'gwsa'") && Contains("while reading time "));
    }
}

TEST_CASE("a file that changes while it is read is refused")
{
    const TemporaryFolder folder;
    make_field(folder / "field.nc", NC_CLASSIC_MODEL);
    const auto series = io::open_series({folder / "field.nc"}, {.quantity = "gwsa"});
    test::read_step(*series, 0);
    std::ofstream(folder / "field.nc", std::ios::app) << "more";
    CHECK_THROWS_WITH(test::read_step(*series, 1), Contains("changed while it was read"));
}
