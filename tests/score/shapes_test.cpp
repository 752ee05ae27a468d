#include "gwsd/io/shapes.hpp"

#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/random.hpp"
#include "gwsd/geo/shape_cells.hpp"
#include "support/catch.hpp"
#include "support/files.hpp"
#include "support/run_command.hpp"

using namespace gwsd;
using namespace gwsd::test;

namespace {

template <class T>
std::string little(T value)
{
    return {reinterpret_cast<const char*>(&value), sizeof value};
}

std::string big(std::uint32_t value)
{
    std::string bytes;
    for (int shift = 24; shift >= 0; shift -= 8) bytes += static_cast<char>(value >> shift);
    return bytes;
}

/// A shapefile of one record with a square and a hole in it, and an empty record before it.
std::string square_with_hole()
{
    const std::vector<std::pair<double, double>> points{{0, 0}, {0, 4}, {4, 4}, {4, 0}, {0, 0},
                                                        {1, 1}, {3, 1}, {3, 3}, {1, 3}, {1, 1}};
    std::string record = little<std::int32_t>(5);
    for (const double edge : {0.0, 0.0, 4.0, 4.0}) record += little(edge);
    record += little<std::int32_t>(2) + little<std::int32_t>(10) + little<std::int32_t>(0) + little<std::int32_t>(5);
    for (const auto& [x, y] : points) record += little(x) + little(y);
    const std::string empty = big(1) + big(2) + little<std::int32_t>(0);
    const std::string body = empty + big(2) + big(static_cast<std::uint32_t>(record.size() / 2)) + record;
    std::string head = big(9994) + std::string(20, '\0') + big(static_cast<std::uint32_t>((100 + body.size()) / 2)) +
                       little<std::int32_t>(1000) + little<std::int32_t>(5) + std::string(64, '\0');
    return head + body;
}

std::string dbf(const std::vector<std::string>& names)
{
    std::string head = std::string("\x03\x65\x01\x01", 4) + little(static_cast<std::uint32_t>(names.size())) +
                       little<std::uint16_t>(32 + 64 + 1) + little<std::uint16_t>(1 + 4 + 12) + std::string(20, '\0');
    const auto field = [](const std::string& name, char type, char length) {
        return name + std::string(11 - name.size(), '\0') + type + std::string(4, '\0') + length +
               std::string(15, '\0');
    };
    head += field("ID", 'N', 4) + field("AQ_NAME", 'C', 12) + "\r";
    for (std::size_t i = 0; i < names.size(); ++i)
        head += " " + std::string("   ") + std::to_string(i) + names[i] + std::string(12 - names[i].size(), ' ');
    return head + "\x1a";
}

} // namespace

TEST_CASE("shapefiles are read with holes and names")
{
    const TemporaryFolder folder;
    const std::string path = written(folder / "ring.shp", square_with_hole());
    auto shapes = io::read_shapes(path);
    REQUIRE(shapes.size() == 1);
    CHECK(shapes[0].name == "polygon 1");
    CHECK(shapes[0].rings.size() == 2);
    CHECK(geo::shape_area(shapes[0]) / 1e6 == Approx((16 - 4) * 111.195 * 111.195).epsilon(2e-3));
    // The table counts the empty record too; its text is Latin-1.
    written(folder / "ring.dbf", dbf({"nothing", "Bassin \xE9t\xE9"}));
    CHECK(io::read_shapes(path)[0].name == "Bassin \xC3\xA9t\xC3\xA9");
    CHECK(io::read_shapes(path, "id")[0].name == "1");
    CHECK_THROWS_WITH(io::read_shapes(path, "river"),
                      (folder / "ring.dbf") + ": has no field 'river' to name shapes; it has ID, AQ_NAME");
    written(folder / "ring.prj", "PROJCS[\"Lambert\",GEOGCS[\"WGS 84\"]]");
    CHECK_THROWS_AS(io::read_shapes(path), DataError);
}

TEST_CASE("a shapefile that is cut or changed anywhere is refused or read, and nothing worse")
{
    const TemporaryFolder folder;
    const std::string whole = square_with_hole(), table = dbf({"nothing", "ring"});
    Random random(11);
    for (std::size_t i = 0; i < 400; ++i) {
        std::string bytes = whole, names = table;
        if (i % 2 == 0) {
            bytes.resize(random.below(bytes.size()));
        } else {
            for (int k = 0; k < 4; ++k) bytes[random.below(bytes.size())] = static_cast<char>(random.below(256));
            for (int k = 0; k < 4; ++k) names[random.below(names.size())] = static_cast<char>(random.below(256));
        }
        written(folder / "x.shp", bytes);
        written(folder / "x.dbf", names);
        try {
            io::read_shapes(folder / "x.shp");
        } catch (const DataError&) {
        }
    }
    CHECK_THROWS_AS(io::read_shapes(written(folder / "y.shp", whole.substr(0, 200))), DataError);
}

TEST_CASE("GeoJSON that is no polygon, has no place on Earth or is damaged is refused by name")
{
    const TemporaryFolder folder;
    const auto refused = [&](const std::string& text) {
        const std::string path = written(folder / "x.geojson", text);
        try {
            io::read_shapes(path);
        } catch (const DataError& error) {
            return std::string(error.what()).substr(path.size());
        }
        return std::string("read");
    };
    CHECK(refused("{\"type\": \"Point\", \"coordinates\": [1, 2]}") ==
          ": feature 1: is of the type 'Point'; expected Polygon or MultiPolygon");
    CHECK(refused("{\"type\": \"Polygon\", \"coordinates\": [[[1, \"x\"]]]}") ==
          ": feature 1: its coordinates are no lists of [longitude, latitude]");
    CHECK(refused("{\"type\": \"Polygon\"") == ": is no JSON that can be read; is it whole?");
    CHECK(refused("{\"type\": \"FeatureCollection\", \"features\": []}") == ": holds no polygon");
    CHECK(
        refused("{\"type\": \"Polygon\", \"coordinates\": [[[652000, 6862000], [653000, 6862000], [652000, 6863000]]]}")
            .find("EPSG:4326") != std::string::npos);
    CHECK(refused("{\"type\": \"Polygon\", \"coordinates\": [[[1, 2], [3, 2], [1, 4]]]}") == "read");
}
