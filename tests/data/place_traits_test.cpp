#include "data/place_traits.hpp"

#include <algorithm>

#include "gwsd/geo/grid.hpp"
#include "support/catch.hpp"

using namespace gwsd;

namespace {

/// A cube of a grid and of one static field that rises to the east.
class Land : public io::FieldSource {
public:
    explicit Land(const geo::Grid& fine)
    {
        info_.fine = fine, info_.statics = {"elevation"};
        for (Index i = 0; i < fine.cells(); ++i) rising_->push_back(static_cast<float>(i % fine.cols()));
    }
    const io::CubeInfo& info() const override { return info_; }
    std::shared_ptr<const std::vector<float>> field(const std::string&, Index) const override { return rising_; }

private:
    io::CubeInfo info_;
    std::shared_ptr<std::vector<float>> rising_ = std::make_shared<std::vector<float>>();
};

/// Traits of a grid of 2 degrees whose first `taught` degrees from the west learn.
std::shared_ptr<const data::PlaceTraits> traits(const geo::Region& region, double taught, Index steps)
{
    const geo::Grid grid = geo::regular_grid(2, region);
    std::vector<std::int8_t> learns;
    for (Index i = 0; i < grid.cells(); ++i) learns.push_back(grid.lon(i % grid.cols()) < region.west + taught ? 1 : 0);
    return data::place_traits(Land(grid), learns, steps);
}

constexpr geo::Region globe{-180, -90, 180, 90};

} // namespace

TEST_CASE("what the satellite sees counts where 40 million km2 learn from 60 steps")
{
    // The Earth has 510 million km2, 1.417 a degree of longitude.
    CHECK(traits(globe, 30, 60)->first_sees);
    CHECK_FALSE(traits(globe, 26, 60)->first_sees);
    CHECK_FALSE(traits(globe, 360, 59)->first_sees);
    CHECK_FALSE(traits({-10, 36, 22, 60}, 32, 200)->first_sees);
}

TEST_CASE("parts of the land are a sixth of its height wide, 4 to 30 degrees")
{
    const auto side = [](const geo::Region& region) {
        const auto parts = traits(region, 0, 1)->part; // the southernmost row: how far to the next part
        const auto first = parts.begin(), next = std::find_if(first, parts.end(), [&](int p) { return p != *first; });
        return 2 * (next - first);
    };
    CHECK(side(globe) == 30);
    CHECK(side({0, -36, 60, 36}) == 12);
    CHECK(side({0, 36, 32, 60}) == 4);
    CHECK(side({0, 40, 8, 48}) == 4);
}

TEST_CASE("a static field counts less its mean around, at edges over what is there")
{
    const auto found = traits({0, 0, 40, 40}, 40, 1);
    REQUIRE(found->count == 1);
    REQUIRE(found->values.size() == 400);
    CHECK(found->values[10] == 0); // it rises evenly
    CHECK(found->values[0] == -2); // 0 less the mean of 0 to 4
}
