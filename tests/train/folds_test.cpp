#include "train/folds.hpp"

#include <algorithm>

#include "gwsd/core/error.hpp"
#include "gwsd/data/splits.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::train;

namespace {

/// How often the folds leave out each usable cell.
std::vector<int> times_left_out(const geo::Grid& grid, const std::vector<char>& usable,
                                const std::vector<std::vector<geo::Region>>& folds)
{
    std::vector<int> times(usable.size(), 0);
    for (const auto& regions : folds) {
        const auto within = cells_within(grid, usable, regions);
        for (std::size_t i = 0; i < times.size(); ++i) times[i] += within[i];
    }
    return times;
}

} // namespace

TEST_CASE("folds of the globe are blocks of 8 degrees, which leave out each usable cell once, by seed")
{
    const geo::Grid grid = geo::regular_grid(2);
    std::vector<char> usable(static_cast<std::size_t>(grid.cells()), 1);
    for (std::size_t i = 0; i < usable.size(); i += 3) usable[i] = 0;
    const auto folds = fold_regions(grid, usable, 8, 2, 7);
    REQUIRE(folds.size() == 8);
    CHECK(folds[0].size() > 100);
    const auto times = times_left_out(grid, usable, folds);
    for (std::size_t i = 0; i < times.size(); ++i) REQUIRE(times[i] == (usable[i] ? 1 : 0));
    const auto west = [](const auto& all) { return all[0][0].west; };
    CHECK(west(folds) == west(fold_regions(grid, usable, 8, 2, 7)));
    CHECK(folds[0][0].east - folds[0][0].west == 8);
    bool differs = false;
    const auto other = fold_regions(grid, usable, 8, 2, 8);
    for (std::size_t k = 0; k < 5; ++k)
        differs = differs || other[0][k].west != folds[0][k].west || other[0][k].south != folds[0][k].south;
    CHECK(differs);
}

TEST_CASE("in a small region folds are strips of longitude with the same land")
{
    const geo::Grid grid = geo::regular_grid(0.5, {0, 40, 20, 52});
    std::vector<char> usable(static_cast<std::size_t>(grid.cells()), 1);
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < 10; ++col) usable[static_cast<std::size_t>(row * grid.cols() + col)] = 0; // sea
    const auto folds = fold_regions(grid, usable, 3, 2, 1);
    REQUIRE(folds.size() == 3);
    for (const auto& regions : folds) {
        REQUIRE(regions.size() == 1);
        const auto within = cells_within(grid, usable, regions);
        CHECK(std::count(within.begin(), within.end(), char{1}) == Approx(24 * 10).margin(24));
    }
    const auto times = times_left_out(grid, usable, folds);
    for (std::size_t i = 0; i < times.size(); ++i) REQUIRE(times[i] == (usable[i] ? 1 : 0));
}

TEST_CASE("folds that would leave no land to train on are refused")
{
    const geo::Grid grid = geo::regular_grid(0.5, {0, 40, 4, 44});
    const std::vector<char> usable(static_cast<std::size_t>(grid.cells()), 1);
    CHECK_THROWS_WITH(fold_regions(grid, usable, 2, 5, 1), Catch::Matchers::Contains("train.calibration_folds = 2"));
    CHECK_THROWS_AS(fold_regions(grid, usable, 1, 0, 1), ConfigError); // one fold leaves out everything
}
