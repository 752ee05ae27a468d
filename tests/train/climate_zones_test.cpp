#include "gwsd/train/climate_zones.hpp"

#include <cmath>

#include "data/small_cube.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::train;

namespace {

/// Rain grows to the east, temperature to the north; in the last year it rains ten times as much.
std::shared_ptr<io::MemoryCube> cube_with_climate(const std::vector<std::string>& names = {"tp", "t2m"})
{
    const auto cube = test::empty_cube(1.0, {0, 0, 9, 9}, "2005-01:2007-12", 2, names);
    for (const std::string& name : names)
        test::set_predictor(*cube, name, [&](Index t, double lat, double lon) {
            return name == "tp" ? (10 + lon) * (t >= 24 ? 10 : 1) : 280 + lat;
        });
    return cube;
}

std::vector<char> all(const io::MemoryCube& cube)
{
    return std::vector<char>(static_cast<std::size_t>(cube.info().fine.cells()), 1);
}

} // namespace

TEST_CASE("zones are terciles of the training months' rain and temperature, and each cell finds its own")
{
    const auto cube = cube_with_climate();
    const auto zones = fit_zones(*cube, {"tp", "t2m"}, "tp", "2005-01:2006-12", all(*cube));
    CHECK(zones.by_climate());
    CHECK(zones.count() == 10);
    CHECK(zones.rain_edges[0] == Approx(13.5)); // of columns at 10.5, 11.5, ..
    CHECK(zones.rain_edges[1] == Approx(16.5));
    CHECK(zones.temperature_edges[0] == Approx(282.5)); // three rows near the equator are more than a third of the area
    const auto zone = zone_of_cells(zones, *cube);
    const geo::Grid& fine = cube->info().fine;
    for (Index row = 0; row < fine.rows(); ++row)
        for (Index col = 0; col < fine.cols(); ++col)
            REQUIRE(zone[static_cast<std::size_t>(row * fine.cols() + col)] ==
                    3 * (static_cast<Index>(fine.lon(col)) / 3) + static_cast<Index>(fine.lat(row) >= 2) +
                        static_cast<Index>(fine.lat(row) >= 5));
    // A cube without the training months takes what months it has: here all rain is in the highest tercile.
    const auto late = test::empty_cube(1.0, {0, 0, 9, 9}, "2010-01:2010-12", 2, {"tp", "t2m"});
    test::set_predictor(*late, "tp", [](Index, double, double) { return 100; });
    test::set_predictor(*late, "t2m", [](Index, double, double) { return 0; });
    for (const auto z : zone_of_cells(zones, *late)) REQUIRE(z == 6);
}

TEST_CASE("unusable cells count for no edge, and a cell whose climate is never known has a zone of its own")
{
    const auto cube = cube_with_climate();
    auto usable = all(*cube);
    const geo::Grid& fine = cube->info().fine;
    for (std::size_t i = 0; i < usable.size(); ++i)
        usable[i] = fine.lon(static_cast<Index>(i) % fine.cols()) < 3 ? 1 : 0;
    CHECK(fit_zones(*cube, {"tp", "t2m"}, "tp", "2005-01:2006-12", usable).rain_edges[1] == Approx(12.5));
    for (Index t = 0; t < 36; ++t) {
        auto field = *cube->field("t2m_coarse", t);
        field[0] = std::nanf("");
        cube->set("t2m_coarse", t, field);
    }
    const auto zones = fit_zones(*cube, {"tp", "t2m"}, "tp", "2005-01:2006-12", all(*cube));
    CHECK(zone_of_cells(zones, *cube)[0] == 9);
    CHECK(zone_of_cells(zones, *cube)[2] != 9);
}

TEST_CASE("without rain or temperature zones are bands of latitude")
{
    const auto cube = cube_with_climate({"tp"});
    const auto zones = fit_zones(*cube, {"tp"}, "tp", "2005-01:2006-12", all(*cube));
    CHECK_FALSE(zones.by_climate());
    CHECK(zones.count() == 3);
    const auto globe = test::empty_cube(10.0, {0, -90, 10, 90}, "2005-01:2005-02", 1, {});
    const auto zone = zone_of_cells(zones, *globe);
    CHECK(std::vector<int>(zone.begin(), zone.end()) ==
          std::vector<int>{2, 2, 2, 2, 1, 1, 1, 0, 0, 0, 0, 1, 1, 1, 2, 2, 2, 2});
}

TEST_CASE("seasons begin in December, half a year later in the south")
{
    CHECK(season_of(12, 50) == 0);
    CHECK(season_of(2, 50) == 0);
    CHECK(season_of(3, 50) == 1);
    CHECK(season_of(11, 50) == 3);
    CHECK(season_of(12, -50) == 2);
    CHECK(season_of(6, -50) == 0);
}
