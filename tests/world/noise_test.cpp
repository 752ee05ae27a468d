// Noise at many places is noise at each of them, whatever the vector unit.
#include "gwsd/data/world/noise.hpp"

#include <vector>

#include "gwsd/core/random.hpp"
#include "support/catch.hpp"

using namespace gwsd;
using namespace gwsd::data::world;

TEST_CASE("noise at many places has the bits of noise at each")
{
    Random random(4, 1);
    const NoiseKey key = NoiseKey{11}.with(5);
    for (const std::size_t count : {0UL, 1UL, 7UL, 8UL, 64UL, 91UL}) {
        std::vector<float> x(count), y(count), z(count), all(count, 99.0F);
        for (auto* coordinate : {&x, &y, &z})
            for (float& v : *coordinate) v = static_cast<float>(2.0 * random.uniform() - 1.0);
        for (const Octaves& octaves : {Octaves{110, 3, 0.85F}, Octaves{2400, 7, 0.4F}}) {
            octaves.at(key, {x, y, z}, all);
            for (std::size_t i = 0; i < count; ++i) REQUIRE(all[i] == octaves(key, Place{x[i], y[i], z[i]}));
        }
    }
}
