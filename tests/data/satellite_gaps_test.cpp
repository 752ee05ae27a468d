#include "data/small_cube.hpp"
#include "gwsd/data/views.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data;
using namespace gwsd::test;

namespace {

/// A year with the operator's view of every month, and a given field in `measured` months.
std::shared_ptr<io::MemoryCube> measured_in(const std::vector<Index>& measured)
{
    const auto cube = empty_cube(1.0, {0, 0, 3, 2}, "2005-01:2005-12", 2);
    cube->info().has_reference = cube->info().has_given = true;
    const auto month = [](Index t, double, double) { return static_cast<double>(t); };
    for (Index t = 0; t < 12; ++t) {
        cube->set("gwsa_operator", t, sampled(cube->info().coarse, t, month));
        cube->set("reference", t, sampled(cube->info().fine, t, month));
        cube->set("gwsa", t, std::vector<float>(6, missing)); // a month may be there with nothing in it
    }
    for (const Index t : measured) cube->set("gwsa", t, {missing, missing, 1.0F, missing, missing, missing});
    return cube;
}

std::vector<Index> seen(const io::FieldSource& cube, const std::string& variable)
{
    std::vector<Index> steps;
    for (Index t = 0; t < cube.info().time.size(); ++t)
        if (std::isfinite(cube.field(variable, t)->front())) steps.push_back(t);
    return steps;
}

} // namespace

TEST_CASE("the operator's view lacks what the satellite missed, and only within its record")
{
    const auto view = with_satellite_gaps(measured_in({2, 3, 6, 7, 9}));
    CHECK(seen(*view, "gwsa_operator") == std::vector<Index>{0, 1, 2, 3, 6, 7, 9, 10, 11});
    CHECK(seen(*view, "reference").size() == 12);
    CHECK(view->field("gwsa_operator", 6)->at(5) == 6.0F);
    CHECK(view->field("gwsa_operator", 4)->size() == 6);

    CHECK(seen(*with_satellite_gaps(measured_in({5})), "gwsa_operator").size() == 12);
    CHECK(seen(*with_satellite_gaps(measured_in({})), "gwsa_operator").size() == 12); // it never measured
}

TEST_CASE("a cube without a given field has no gaps to imitate")
{
    const auto cube = measured_in({2, 9});
    cube->info().has_given = false;
    CHECK(with_satellite_gaps(cube) == cube);
}
