// ZIP as the data store delivers it: a file for each step type, to be joined on year and month.

#include <zip.h>
#include <fstream>
#include <sstream>

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
using test::read_step;
using test::TemporaryFolder;

namespace {

void make_zip(const std::string& path, const std::vector<std::pair<std::string, std::string>>& members, bool deflate)
{
    zip_t* archive = zip_open(path.c_str(), ZIP_CREATE | ZIP_TRUNCATE, nullptr);
    REQUIRE(archive);
    for (const auto& [name, bytes] : members) {
        zip_source_t* source = zip_source_buffer(archive, bytes.data(), bytes.size(), 0);
        const zip_int64_t index = zip_file_add(archive, name.c_str(), source, 0);
        REQUIRE(index >= 0);
        zip_set_file_compression(archive, static_cast<zip_uint64_t>(index), deflate ? ZIP_CM_DEFLATE : ZIP_CM_STORE, 0);
    }
    REQUIRE(zip_close(archive) == 0);
}

/// Two months as of ERA5-Land monthly means; t2m stamped at 00:00, tp at 06:00.
std::string member(const TemporaryFolder& folder, const std::string& name, const std::string& units, double hours,
                   double value)
{
    const std::string path = folder / "member.nc";
    NcMaker file(path);
    file.axis("valid_time", {946684800 + 3600 * hours, 949363200 + 3600 * hours}, "seconds since 1970-01-01", NC_INT64);
    file.axis("latitude", {0.1, 0.0}, "degrees_north");
    file.axis("longitude", {0, 0.1, 0.2}, "degrees_east");
    const int id = file.variable(name, NC_FLOAT, {"valid_time", "latitude", "longitude"});
    file.text(id, "units", units).values(id, std::vector<double>(12, value));
    file.close();
    return read_bytes(path);
}

} // namespace

TEST_CASE("members of an archive are found by variable and joined on the month")
{
    const TemporaryFolder folder;
    const std::string t2m = member(folder, "t2m", "K", 0, 280), tp = member(folder, "tp", "m", 6, 0.001);
    for (const bool deflate : {false, true}) {
        const std::string path = folder / "download.nc"; // with a wrong ending, as it comes
        make_zip(path,
                 {{"data_stream-moda_stepType-avgua.nc", t2m},
                  {"data_stream-moda_stepType-avgad.nc", tp},
                  {"readme.txt", "x"}},
                 deflate);
        const auto temperature = io::open_series({path}, {.quantity = "t2m"}),
                   rain = io::open_series({path}, {.quantity = "tp"});
        CHECK(temperature->time().steps == rain->time().steps);
        CHECK(rain->time().label(0) == "2000-01");
        CHECK(read_step(*temperature, 1)[5] == 280);
        CHECK(read_step(*rain, 1)[0] == Approx(29));
        CHECK(rain->files() == std::vector<std::string>{path});
        const auto fields = io::list_fields({path});
        REQUIRE(fields.size() == 2);
        CHECK(fields[1].file == path + ": data_stream-moda_stepType-avgad.nc");
        CHECK_THAT(outcome(path, {.quantity = "sp"}), Contains("65") && Contains("no variable for 'sp'"));
    }
}

TEST_CASE("many archives are read with few of them open, and read again")
{
    const TemporaryFolder folder;
    std::vector<std::string> files;
    for (int year = 2000; year < 2012; ++year) {
        NcMaker file(folder / "member.nc");
        file.axis("time", {static_cast<double>((year - 2000) * 366)}, "days since 2000-01-20");
        file.axis("lat", {0, 1}, "degrees_north");
        file.axis("lon", {0, 1}, "degrees_east");
        const int id = file.variable("t2m", NC_FLOAT, {"time", "lat", "lon"});
        file.text(id, "units", "K").values(id, std::vector<double>(4, year - 1750));
        file.close();
        files.push_back(folder / (std::to_string(year) + ".zip"));
        make_zip(files.back(), {{"data_0.nc", read_bytes(folder / "member.nc")}}, true);
    }
    const auto series = io::open_series(files, {.quantity = "t2m"});
    for (int round = 0; round < 2; ++round)
        for (Index t = 0; t < 12; ++t) CHECK(read_step(*series, t)[0] == static_cast<float>(250 + t));
}

TEST_CASE("an archive within an archive is opened, but no deeper; beside groundwater other products are left alone")
{
    const TemporaryFolder folder;
    make_zip(folder / "inner.zip", {{"a.nc", member(folder, "GWSA", "mm", 0, 5)}}, true);
    make_zip(folder / "outer.zip", {{"G3P/inner.zip", read_bytes(folder / "inner.zip")}}, true);
    CHECK(read_step(*io::open_series({folder / "outer.zip"}, {.quantity = "gwsa"}), 1)[0] == 5);
    make_zip(folder / "third.zip", {{"outer.zip", read_bytes(folder / "outer.zip")}}, true);
    CHECK_THAT(outcome(folder / "third.zip"), Contains("65") && Contains("too deep"));
    make_zip(folder / "G3P_v1.12.zip",
             {{"G3P/TWS/tws_g3p.nc", member(folder, "tws", "mm", 0, 9)},
              {"G3P/GWSA/gwsa_g3p.nc", member(folder, "gwsa", "mm", 0, 5)},
              {"G3P/RZSM/rzsm_g3p.nc", member(folder, "rzsm", "mm", 0, 7)}},
             false);
    const auto series = io::open_series({folder / "G3P_v1.12.zip"}, {.quantity = "gwsa"});
    CHECK(series->name() == "gwsa");
    CHECK_FALSE(series->is_total_water_storage());
    CHECK(read_step(*io::open_series({folder / "G3P_v1.12.zip"}, {.quantity = "tws"}), 0)[0] == 9);
}

TEST_CASE("damaged and useless archives are refused with the reason")
{
    const TemporaryFolder folder;
    const std::string path = folder / "x.zip", good = member(folder, "t2m", "K", 0, 280);
    make_zip(path, {{"readme.txt", "nothing"}, {"table.csv", "a,b"}}, false);
    CHECK_THAT(outcome(path),
               Contains("65") && Contains("a ZIP without a netCDF or GRIB file; it holds readme.txt, table.csv"));
    make_zip(path, {{"xl/workbook.xml", "<x/>"}}, false);
    CHECK_THAT(outcome(path), Contains("65") && Contains("XLSX"));
    make_zip(path, {{"login.nc", "<html>log in</html>"}}, false);
    CHECK_THAT(outcome(path), Contains("65") && Contains("x.zip: login.nc: expected netCDF") && Contains("web page"));

    make_zip(path, {{"data.nc", good}}, true);
    const std::string bytes = read_bytes(path);
    std::ofstream(path, std::ios::binary) << bytes.substr(0, bytes.size() / 2);
    CHECK_THAT(outcome(path, {.quantity = "t2m"}), Contains("65") && Contains("cannot be opened as ZIP"));
    std::string flipped = bytes;
    for (std::size_t i = 0; i < 20; ++i) flipped[200 + i] = static_cast<char>(~flipped[200 + i]);
    std::ofstream(path, std::ios::binary) << flipped;
    CHECK_THAT(outcome(path, {.quantity = "t2m"}), Contains("65") && Contains("x.zip: data.nc: cannot be unpacked"));

    NcMaker file(folder / "classic.nc", NC_CLASSIC_MODEL);
    file.axis("lat", {0, 1}, "degrees_north");
    file.axis("lon", {0, 1}, "degrees_east");
    file.values(file.variable("x", NC_DOUBLE, {"lat", "lon"}), {1, 2, 3, 4});
    file.close();
    const std::string classic = read_bytes(folder / "classic.nc");
    make_zip(path, {{"data.nc", classic.substr(0, classic.size() - 9)}}, false);
    CHECK_THAT(outcome(path, {.quantity = "x"}), Contains("65") && Contains("x.zip: data.nc: truncated"));
}
