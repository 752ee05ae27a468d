#include <algorithm>
#include <cmath>
#include <cstring>

#include "gwsd/data/world.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using data::World;
using data::world::MonthFields;

namespace {

World make_world(const geo::Region& region, const std::string& period, std::uint64_t seed = 1)
{
    return World({.seed = seed, .region = region, .period = geo::Period::parse(period)});
}

// The cells of `small` cut from a field of `large`.
std::vector<float> cut(const std::vector<float>& field, const geo::Grid& large, const geo::Grid& small)
{
    const auto south = std::llround((small.lat_edges[0] - large.lat_edges[0]) * 8);
    const auto west = std::llround((small.lon_edges[0] - large.lon_edges[0]) * 8);
    std::vector<float> result;
    for (Index r = 0; r < small.rows(); ++r)
        for (Index c = 0; c < small.cols(); ++c)
            result.push_back(field[static_cast<std::size_t>((r + south) * large.cols() + c + west)]);
    return result;
}

bool same_bits(const std::vector<float>& a, const std::vector<float>& b)
{
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(float)) == 0;
}

} // namespace

TEST_CASE("the same seed gives the same bits and another seed another world")
{
    MonthFields first, second, other;
    make_world({0, 44, 4, 48}, "2004-03").read(0, first);
    make_world({0, 44, 4, 48}, "2004-03").read(0, second);
    make_world({0, 44, 4, 48}, "2004-03", 2).read(0, other);
    CHECK(same_bits(first.storage, second.storage));
    CHECK(same_bits(first.tp, second.tp));
    CHECK_FALSE(same_bits(first.storage, other.storage));
}

TEST_CASE("what no predictor shows can be left out of the storage, and is in nothing else")
{
    const auto world = [](double unseen) {
        World w({.region = {0, 44, 4, 48}, .period = geo::Period::parse("2004-03"), .unseen = unseen});
        MonthFields fields;
        w.read(0, fields);
        return fields;
    };
    const auto all = world(1), half = world(0.5), none = world(0);
    for (const auto& pair : {std::pair{&all.tp, &none.tp}, {&all.swvl1, &none.swvl1}, {&all.t2m, &none.t2m}})
        CHECK(same_bits(*pair.first, *pair.second));
    double most = 0;
    for (std::size_t i = 0; i < all.storage.size(); ++i) {
        if (std::isnan(all.storage[i])) continue;
        CHECK(half.storage[i] == Approx(0.5F * (all.storage[i] + none.storage[i])).margin(1e-3));
        most = std::max(most, std::abs(static_cast<double>(all.storage[i] - none.storage[i])));
    }
    CHECK(most > 5); // mm
}

TEST_CASE("a region and a period cut from larger ones have the same bits, also across the date line")
{
    World large = make_world({172, 64, 186, 70}, "2003-01:2005-06"),
          small = make_world({-179, 65, -176, 68}, "2005-05:2005-06");
    MonthFields a, b;
    large.read(29, a);
    small.read(1, b);
    geo::Grid shifted = small.grid();
    for (double& edge : shifted.lon_edges) edge += 360.0;
    CHECK(same_bits(cut(a.storage, large.grid(), shifted), b.storage));
    CHECK(same_bits(cut(a.swvl1, large.grid(), shifted), b.swvl1));
    CHECK(same_bits(cut(large.elevation(), large.grid(), shifted), small.elevation()));
    CHECK(std::any_of(b.storage.begin(), b.storage.end(), [](float v) { return std::isfinite(v); }));
}

TEST_CASE("a month read again after a later one has the same bits")
{
    World world = make_world({10, 46, 12, 48}, "2003-01:2003-12");
    MonthFields first, later;
    world.read(2, first);
    world.read(9, later);
    world.read(2, later);
    CHECK(same_bits(first.storage, later.storage));
    CHECK(same_bits(first.t2m, later.t2m));
}

TEST_CASE("every field stays within what nature allows and is missing over the sea alone", "[slow]")
{
    World world = make_world({-12, -6, 12, 52}, "2009-07");
    MonthFields m;
    world.read(0, m);
    for (std::size_t i = 0; i < m.tp.size(); ++i) {
        const bool land = world.land_fraction()[i] > 0;
        REQUIRE(std::isfinite(m.tp[i]) == land);
        REQUIRE(std::isfinite(m.storage[i]) == land);
        if (!land) continue;
        REQUIRE((m.tp[i] >= 0 && m.tp[i] < 3000));
        REQUIRE((m.swvl1[i] >= 0.03F && m.swvl1[i] <= 0.5F));
        REQUIRE((m.t2m[i] > 200 && m.t2m[i] < 330));
        REQUIRE((m.sp[i] > 4e4F && m.sp[i] < 1.1e5F));
    }
}

TEST_CASE("the anomaly is against the mean over 2002-04 to 2020-12, whatever period is asked for")
{
    World world = make_world({20, 50, 21, 51}, "2002-04:2020-12");
    MonthFields m;
    std::vector<double> sum(static_cast<std::size_t>(world.grid().cells()), 0.0);
    double largest = 0;
    for (Index t = 0; t < world.time().size(); ++t) {
        world.read(t, m);
        for (std::size_t i = 0; i < sum.size(); ++i) {
            sum[i] += static_cast<double>(m.storage[i]);
            largest = std::max(largest, std::abs(static_cast<double>(m.storage[i])));
        }
    }
    CHECK(largest > 5.0);
    for (const double s : sum) CHECK(std::abs(s / 225.0) < 0.01);
}

TEST_CASE("winter is cold in the north, summer in the south, and mountains are colder than plains")
{
    World north = make_world({20, 50, 24, 54}, "2010-01:2010-07"),
          south = make_world({140, -36, 144, -32}, "2010-01:2010-07");
    MonthFields january, july;
    const auto mean = [](const std::vector<float>& f) {
        double sum = 0, n = 0;
        for (const float v : f)
            if (std::isfinite(v)) sum += static_cast<double>(v), ++n;
        return sum / n;
    };
    north.read(0, january);
    north.read(6, july);
    CHECK(mean(july.t2m) > mean(january.t2m) + 8);
    south.read(0, january);
    south.read(6, july);
    CHECK(mean(january.t2m) > mean(july.t2m) + 4);
}

TEST_CASE("a period before the history begins is refused")
{
    CHECK_THROWS_AS(make_world({0, 44, 4, 48}, "1999-12:2003-01"), ConfigError);
}

TEST_CASE("Greenland and Antarctica have no groundwater, their neighbours do")
{
    CHECK(data::without_groundwater(72, -40));
    CHECK(data::without_groundwater(-75, 100));
    CHECK_FALSE(data::without_groundwater(65, -18)); // Iceland
    CHECK_FALSE(data::without_groundwater(67, -65)); // Baffin Island
    CHECK_FALSE(data::without_groundwater(-54, -69));
}
