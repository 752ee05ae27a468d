// GRIB1 as the data store delivers monthly means: regular grid, simple packing, bitmap over the sea, local section with
// the stream. The messages are written byte by byte.

#include <cmath>
#include <fstream>

#include "gwsd/io/versions.hpp"
#include "io_input/read_series.hpp"
#include "support/catch.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using Catch::Matchers::Contains;
using test::outcome;
using test::read_step;
using test::TemporaryFolder;

namespace {

bool has_eccodes()
{
    for (const auto& [name, version] : io::library_versions())
        if (name == "ecCodes") return version != "not built in";
    return false;
}

std::string big(std::uint64_t n, int bytes)
{
    std::string text;
    for (int i = bytes - 1; i >= 0; --i) text += static_cast<char>(n >> (8 * i) & 0xff);
    return text;
}
std::string signed3(int n) { return big(n < 0 ? 0x800000u | static_cast<unsigned>(-n) : static_cast<unsigned>(n), 3); }

struct Message {
    int parameter = 167;               ///< of table 128: 2 metre temperature
    int year = 0, month = 1, hour = 0; ///< of the century's years, 2000 on
    int stream = 1071;                 ///< moda; 1043: mnth, 1025: oper
    std::string expver = "0001";
    bool sea = false;                                      ///< the first point is missing
    std::vector<int> values{280, 281, 282, 283, 284, 285}; ///< 2 rows from the north, 3 columns from 359 degrees
};

/// A GRIB1 message: 2 x 3 points at 1, 0 degrees north and 359, 0, 1 degrees east, 16 bits a value, reference 0.
std::string grib1(const Message& m)
{
    std::string product = big(0, 3);
    product += big(128, 1) + big(98, 1) + big(144, 1) + big(255, 1) +
               big(m.sea ? 0xC0 : 0x80, 1); // table, ECMWF, process, grid, sections
    product += big(static_cast<unsigned>(m.parameter), 1) + big(1, 1) + big(0, 2); // parameter, surface
    product += big(static_cast<unsigned>(m.year == 0 ? 100 : m.year), 1) + big(static_cast<unsigned>(m.month), 1) +
               big(1, 1) + big(static_cast<unsigned>(m.hour), 1) + big(0, 1);
    product +=
        big(1, 1) + big(0, 1) + big(0, 1) + big(0, 1) + big(0, 2) + big(0, 1); // hours, P1, P2, instant, averages
    product += big(m.year == 0 ? 20 : 21, 1) + big(0, 1) + big(0, 2);          // century, sub-centre, decimal scale
    product += std::string(12, '\0');                                          // octets 29-40
    product += big(1, 1) + big(23, 1) + big(2, 1) + big(static_cast<unsigned>(m.stream), 2) + m.expver + big(0, 1) +
               big(0, 1) + big(0, 1); // local definition 1: ERA5
    product.replace(0, 3, big(product.size(), 3));

    std::string grid = big(32, 3) + big(0, 1) + big(255, 1) + big(0, 1) + big(3, 2) + big(2, 2);
    grid += signed3(1000) + signed3(359000) + big(0x80, 1) + signed3(0) + signed3(1000) + big(1000, 2) + big(1000, 2) +
            big(0, 1) + std::string(4, '\0');

    std::string bitmap;
    if (m.sea)
        bitmap = big(8, 3) + big(10, 1) + big(0, 2) + std::string("\x7c\0", 2); // 011111, six bits and ten unused

    std::string data =
        big(0, 3) + big(0, 1) + big(0, 2) + big(0, 4) + big(16, 1); // flags and unused bits, scale 2^0, reference 0.0
    for (std::size_t i = m.sea ? 1 : 0; i < m.values.size(); ++i) data += big(static_cast<unsigned>(m.values[i]), 2);
    if (data.size() % 2 != 0) {
        data += '\0';
        data[3] = 8;
    }
    data.replace(0, 3, big(data.size(), 3));

    const std::string body = product + grid + bitmap + data + "7777";
    return "GRIB" + big(body.size() + 8, 3) + big(1, 1) + body;
}

std::string write(const TemporaryFolder& folder, const std::vector<Message>& messages)
{
    std::ofstream file(folder / "monthly.grib", std::ios::binary);
    for (const Message& message : messages) file << grib1(message);
    return folder / "monthly.grib";
}

} // namespace

TEST_CASE("a build without ecCodes refuses GRIB and says what to do")
{
    const TemporaryFolder folder;
    const std::string path = write(folder, {{}});
    if (has_eccodes())
        CHECK(outcome(path, {.quantity = "t2m"}) == "accepted");
    else
        CHECK_THAT(outcome(path, {.quantity = "t2m"}),
                   Contains("65") && Contains("no ecCodes") && Contains("grib_to_netcdf"));
}

TEST_CASE("GRIB monthly means: names, order, missing points, months in any order")
{
    if (!has_eccodes()) {
        WARN("SKIPPED: this build has no ecCodes");
        return;
    }
    const TemporaryFolder folder;
    const std::string path =
        write(folder, {{.month = 2, .values = {270, 271, 272, 273, 274, 275}}, {.month = 1, .sea = true}});
    const auto series = io::open_series({path}, {.quantity = "t2m"});
    CHECK(series->name() == "t2m"); // GRIB calls it 2t
    CHECK(series->unit() == "K");
    REQUIRE(series->time().size() == 2);
    CHECK(series->time().label(0) == "2000-01");
    CHECK(series->grid().lon(0) == Approx(-1));
    const auto january = read_step(*series, 0);
    CHECK(std::vector<float>(january.begin(), january.begin() + 3) == std::vector<float>{283, 284, 285});
    CHECK(std::isnan(january[3]));
    CHECK(january[5] == 282);
    CHECK(read_step(*series, 1)[0] == 273);
}

TEST_CASE("GRIB precipitation of the stream moda is metres per day; by hour of day it is refused")
{
    if (!has_eccodes()) {
        WARN("SKIPPED: this build has no ecCodes");
        return;
    }
    const TemporaryFolder folder;
    const auto rain = [](int stream, int hour) {
        return Message{.parameter = 228, .hour = hour, .stream = stream, .values = {0, 0, 0, 0, 0, 0}};
    };
    const auto series = io::open_series({write(folder, {rain(1071, 6)})}, {.quantity = "tp"});
    CHECK(series->unit() == "mm/month");
    CHECK(series->time().label(0) == "2000-01");
    CHECK_THAT(outcome(write(folder, {rain(1043, 0), rain(1043, 1), rain(1043, 2)}), {.quantity = "tp"}),
               Contains("65") && Contains("stream mnth"));
    CHECK_THAT(outcome(write(folder, {rain(1025, 0)}), {.quantity = "tp"}), Contains("65") && Contains("hourly"));
}

TEST_CASE("GRIB with final and preliminary messages of a month counts the final one")
{
    if (!has_eccodes()) {
        WARN("SKIPPED: this build has no ecCodes");
        return;
    }
    const TemporaryFolder folder;
    const std::vector<int> other(6, 250);
    const auto series = io::open_series({write(folder, {{.expver = "0005", .values = other}, {.expver = "0001"}})},
                                        {.quantity = "t2m"});
    REQUIRE(series->time().size() == 1);
    CHECK(read_step(*series, 0)[0] == 283);
}

TEST_CASE("damaged GRIB is refused")
{
    if (!has_eccodes()) {
        WARN("SKIPPED: this build has no ecCodes");
        return;
    }
    const TemporaryFolder folder;
    const std::string whole = grib1({}) + grib1({.month = 2});
    const auto refused = [&](const std::string& bytes) {
        std::ofstream(folder / "d.grib", std::ios::binary) << bytes;
        return outcome(folder / "d.grib", {.quantity = "t2m"});
    };
    CHECK(refused(whole) == "accepted");
    CHECK_THAT(refused(whole.substr(0, whole.size() - 3)), Contains("65") && Contains("GRIB") && Contains("damaged"));
    CHECK_THAT(refused(whole.substr(0, 20)), Contains("65"));
    std::string wrong = whole;
    wrong[7] = '\x09'; // an edition that does not exist
    CHECK_THAT(refused(wrong), Contains("65"));
}
