#include "gwsd/score/plot.hpp"

#include <cmath>

#include "gwsd/core/error.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

namespace {

/// Pixels of exactly this colour in part of a picture.
int count(const Image& image, Color color, int x0 = 0, int x1 = 1 << 20)
{
    int found = 0;
    for (int y = 0; y < image.height(); ++y)
        for (int x = std::max(0, x0); x < std::min(image.width(), x1); ++x) found += image.at(x, y) == color;
    return found;
}

} // namespace

TEST_CASE("a curve is drawn where its values are, and a missing value interrupts it")
{
    const Color blue{0, 0, 255};
    const PlotSpec spec{.x_low = 0, .x_high = 10, .y_low = 0, .y_high = 10, .width = 400, .height = 300};
    const Image whole = draw_plot({{"", {0, 5, 10}, {5, 5, 5}, blue}}, spec);
    const Image half = draw_plot({{"", {0, 5, 10}, {5, 5, NAN}, blue}}, spec);
    CHECK(count(whole, blue) > 300);
    CHECK(count(half, blue, 230) == 0);
    CHECK(count(half, blue) > 0.4 * count(whole, blue));
}

TEST_CASE("curves are clipped to their frame, and values without a logarithm are left out")
{
    const Color blue{0, 0, 255};
    const PlotSpec inside{.x_low = 0, .x_high = 1, .y_low = 0, .y_high = 1, .width = 300, .height = 200};
    const Image image = draw_plot({{"", {-5, 6}, {-3, 4}, blue}}, inside);
    CHECK(count(image, blue) > 100);
    CHECK(count(image, blue, 282) == 0);
    CHECK(count(image, blue, 0, 20) == 0);
    const PlotSpec logarithmic{.log_y = true, .width = 300, .height = 200};
    CHECK(count(draw_plot({{"", {0, 1, 2, 3}, {1, -1, 0, 10}, blue}}, logarithmic), blue) == 0);
    CHECK(count(draw_plot({{"", {0, 1, 2, 3}, {1, 10, 0, 10}, blue}}, logarithmic), blue) > 20);
}

TEST_CASE("a plot of nothing, of one point and of a constant is still a plot")
{
    CHECK(draw_plot({}, {.title = "empty"}).width() == 640);
    const Color blue{0, 0, 255};
    Curve point{"one", {3}, {0}, blue};
    point.markers = true;
    CHECK(count(draw_plot({point}, {}), blue) > 10);
    CHECK(count(draw_plot({{"flat", {0, 1}, {7, 7}, blue}}, {}), blue) > 500);
}

TEST_CASE("a curve whose parts differ in length is refused by name")
{
    CHECK_THROWS_WITH(draw_plot({{"loss", {0, 1}, {1}}}, {}), "plot: 'loss' has 2 x and 1 y values");
}
