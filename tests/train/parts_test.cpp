#include <cstring>
#include <fstream>
#include <limits>

#include "gwsd/core/error.hpp"
#include "io_output/scratch.hpp"
#include "support/catch.hpp"
#include "train/event_file.hpp"
#include "train/metrics_file.hpp"

using namespace gwsd;
using namespace gwsd::test;
using namespace gwsd::train;

TEST_CASE("CRC-32C has its check value")
{
    CHECK(crc32c("123456789") == 0xE3069283U);
    CHECK(crc32c("") == 0U);
    CHECK(crc32c(std::string(32, '\0')) == 0x8A9136AAU); // RFC 3720, B.4
}

TEST_CASE("an event file is records of length, checksum, event, checksum")
{
    Scratch scratch;
    const EventFile events(scratch.path());
    events.append({{"train_loss", 0.5}, {"nothing", std::numeric_limits<double>::quiet_NaN()}}, 300);
    REQUIRE(scratch.names().size() == 1);
    const std::string bytes = read_bytes(scratch / scratch.names()[0]);
    std::vector<std::string> records;
    for (std::size_t at = 0; at < bytes.size();) {
        const auto word = [&](std::size_t from) {
            std::uint32_t value = 0;
            std::memcpy(&value, bytes.data() + from, sizeof value);
            return value;
        };
        const auto masked = [](const std::string& text) {
            const std::uint32_t crc = crc32c(text);
            return ((crc >> 15) | (crc << 17)) + 0xA282EAD8U;
        };
        std::uint64_t length = 0;
        std::memcpy(&length, bytes.data() + at, sizeof length);
        REQUIRE(at + 16 + length <= bytes.size());
        CHECK(word(at + 8) == masked(bytes.substr(at, 8)));
        records.push_back(bytes.substr(at + 12, length));
        CHECK(word(at + 12 + length) == masked(records.back()));
        at += 16 + length;
    }
    REQUIRE(records.size() == 2);
    CHECK(records[0].find("brain.Event:2") != std::string::npos);
    // After the wall time: step (field 2) = 300, summary (5) with one value: tag (1) and simple_value (2) = 0.5.
    const std::string expected(
        "\x10\xAC\x02\x2A\x13\x0A\x11\x0A\x0A"
        "train_loss"
        "\x15\x00\x00\x00\x3F",
        9 + 10 + 5);
    CHECK(records[1].substr(9) == expected);
}

TEST_CASE("metrics are printed so that they read back to the same bits, and can be cut back")
{
    Scratch scratch;
    const MetricsFile file(scratch / "metrics.csv");
    file.append({{"epoch", 1}, {"loss", 0.1}});
    file.append({{"epoch", 2}, {"loss", std::numeric_limits<double>::quiet_NaN()}});
    file.append({{"epoch", 3}, {"loss", 1e-300}});
    CHECK(read_bytes(scratch / "metrics.csv") == "epoch,loss\n1,0.1\n2,\n3,1e-300\n");
    std::ofstream(scratch / "metrics.csv", std::ios::app) << "4,0."; // the process was killed here
    file.keep(9);
    CHECK(read_bytes(scratch / "metrics.csv") == "epoch,loss\n1,0.1\n2,\n3,1e-300\n");
    file.keep(2);
    CHECK(read_bytes(scratch / "metrics.csv") == "epoch,loss\n1,0.1\n2,\n");
    file.append({{"epoch", 3}, {"loss", 7}});
    CHECK(read_bytes(scratch / "metrics.csv") == "epoch,loss\n1,0.1\n2,\n3,7\n");
    file.keep(0);
    CHECK(scratch.names().empty());
    CHECK_THROWS_AS(MetricsFile(scratch / "no/metrics.csv").append({{"a", 1}}), IoError);
}
