#include "data/place_traits.hpp"

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

} // namespace

TEST_CASE("a static field counts less its mean around, at edges over what is there")
{
    const auto found = data::place_traits(Land(geo::regular_grid(2, {0, 0, 40, 40})));
    REQUIRE(found->count == 1);
    REQUIRE(found->values.size() == 400);
    CHECK(found->values[10] == 0); // it rises evenly
    CHECK(found->values[0] == -2); // 0 less the mean of 0 to 4
}
