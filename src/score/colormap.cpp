#include "gwsd/score/colormap.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <span>

namespace gwsd::score {

namespace {

// Anchor colours of ColorBrewer's RdBu, PRGn, YlOrBr and YlGnBu (Brewer et al. 2003), readable with red-green colour
// blindness.
constexpr Color red_blue[] = {{103, 0, 31},    {178, 24, 43},   {214, 96, 77},   {244, 165, 130},
                              {253, 219, 199}, {247, 247, 247}, {209, 229, 240}, {146, 197, 222},
                              {67, 147, 195},  {33, 102, 172},  {5, 48, 97}};
constexpr Color purple_green[] = {{64, 0, 75},     {118, 42, 131},  {153, 112, 171}, {194, 165, 207},
                                  {231, 212, 232}, {247, 247, 247}, {217, 240, 211}, {166, 219, 160},
                                  {90, 174, 97},   {27, 120, 55},   {0, 68, 27}};
constexpr Color yellow_brown[] = {{255, 255, 229}, {255, 247, 188}, {254, 227, 145}, {254, 196, 79}, {254, 153, 41},
                                  {236, 112, 20},  {204, 76, 2},    {153, 52, 4},    {102, 37, 6}};
constexpr Color yellow_blue[] = {{255, 255, 217}, {237, 248, 177}, {199, 233, 180}, {127, 205, 187}, {65, 182, 196},
                                 {29, 145, 192},  {34, 94, 168},   {37, 52, 148},   {8, 29, 88}};

Color between(std::span<const Color> anchors, double position)
{
    const double x = std::clamp(position, 0.0, 1.0) * static_cast<double>(anchors.size() - 1);
    const auto low = std::min(static_cast<std::size_t>(x), anchors.size() - 2);
    const double f = x - static_cast<double>(low);
    const auto mix = [f](std::uint8_t a, std::uint8_t b) {
        return static_cast<std::uint8_t>(std::lround(a + f * (b - a)));
    };
    const Color a = anchors[low], b = anchors[low + 1];
    return {mix(a.r, b.r), mix(a.g, b.g), mix(a.b, b.b)};
}

} // namespace

Color color_of(Palette palette, double position)
{
    switch (palette) {
        case Palette::sequential:
            return between(yellow_brown, position);
        case Palette::wetness:
            return between(yellow_blue, position);
        case Palette::difference:
            return between(purple_green, position);
        case Palette::diverging:
            break;
    }
    return between(red_blue, position);
}

} // namespace gwsd::score
