#include <png.h>

#include <cmath>
#include <cstring>

#include "gwsd/score/map.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::score;

TEST_CASE("a PNG read back by libpng holds the pixels that were drawn")
{
    Image image(37, 11);
    image.set(3, 4, {10, 200, 30});
    const auto bytes = image.png();
    png_image header{};
    header.version = PNG_IMAGE_VERSION;
    REQUIRE(png_image_begin_read_from_memory(&header, bytes.data(), bytes.size()));
    CHECK(header.width == 37);
    CHECK(header.height == 11);
    header.format = PNG_FORMAT_RGB;
    std::vector<unsigned char> pixels(37 * 11 * 3);
    REQUIRE(png_image_finish_read(&header, nullptr, pixels.data(), 0, nullptr));
    const std::size_t at = (4 * 37 + 3) * 3;
    CHECK(pixels[at] == 10);
    CHECK(pixels[at + 1] == 200);
    CHECK(pixels[at + 2] == 30);
    CHECK(pixels[0] == 255);
}

TEST_CASE("the diverging palette is red below, near white at and blue above zero")
{
    const Color low = color_of(Palette::diverging, 0), middle = color_of(Palette::diverging, 0.5),
                high = color_of(Palette::diverging, 1);
    CHECK(low.r > low.b);
    CHECK(high.b > high.r);
    CHECK(middle == Color{247, 247, 247});
    CHECK(color_of(Palette::diverging, -3) == low);
    CHECK(color_of(Palette::wetness, 1).b > color_of(Palette::wetness, 1).r);
}

TEST_CASE("ticks are round numbers inside the range")
{
    CHECK(ticks(-10, 10, 5) == std::vector<double>{-10, -5, 0, 5, 10});
    CHECK(ticks(0.3, 0.9, 3) == std::vector<double>{0.4, 0.6000000000000001, 0.8});
    CHECK(number_text(0.6000000000000001, 0.2) == "0.6");
    CHECK(number_text(-250, 50) == "-250");
    CHECK(number_text(2.5, 2.5) == "2.5");
}

TEST_CASE("a map has south at the bottom, grey without data and the true proportions")
{
    const auto grid = geo::regular_grid(1.0, {0, 59.5, 10, 60.5});
    CHECK(grid.rows() == 2);
    const geo::Grid tall = geo::regular_grid(1.0, {0, 55, 10, 65});
    std::vector<float> field(100, 1.0F);
    for (std::size_t i = 0; i < 50; ++i) field[i] = -1.0F; // the southern half is dry
    field[99] = NAN;                                       // north-east corner
    const Image map = draw_map(tall, field, {.title = "t", .low = -1, .high = 1, .width = 300});
    // Whole pixels a row: 10 rows over 520 pixels are 52 pixels each; width is cos(60) times the height.
    const int left = 58, top = 34, height = 520, width = 260;
    CHECK(map.at(left + 20, top + 20) == color_of(Palette::diverging, 1));
    CHECK(map.at(left + 20, top + height - 20) == color_of(Palette::diverging, 0));
    CHECK(map.at(left + width - 5, top + 5) == no_data);
    CHECK(map.at(left + width - 5, top + 80) == color_of(Palette::diverging, 1));
}

TEST_CASE("the colour range is symmetric, round and cuts outliers")
{
    std::vector<float> field(1000, 37.0F);
    field[0] = 1e6F;
    CHECK(robust_range(Palette::diverging, {field}) == std::pair<double, double>{-40, 40});
    CHECK(robust_range(Palette::sequential, {field}) == std::pair<double, double>{0, 40});
}

TEST_CASE("the coast is drawn where the land fraction passes one half")
{
    const auto grid = geo::regular_grid(1.0, {0, -5, 10, 5});
    Coast coast{grid, std::vector<float>(100)};
    for (std::size_t i = 0; i < 100; ++i) coast.land_fraction[i] = i % 10 < 5 ? 1.0F : 0.0F;
    const std::vector<float> field(100, 0.0F);
    const MapSpec spec{.title = "t", .low = -1, .high = 1, .width = 400};
    const Image bare = draw_map(grid, field, spec), with = draw_map(grid, field, spec, &coast);
    const int x = 58 + 200, y = 34 + 200; // longitude 5 is the middle
    CHECK(bare.at(x, y) == Color{247, 247, 247});
    CHECK(with.at(x, y).r < 170);
    CHECK(with.at(x - 50, y) == Color{247, 247, 247});
}
