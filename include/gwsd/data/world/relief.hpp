#pragma once

#include <vector>

namespace gwsd::data::world {

/// The Earth's relief at 0.5 degrees (public domain, see src/data/relief/README.md) and what follows from it.
/// Places are degrees north and degrees east; any longitude is accepted.
class Relief {
public:
    static const Relief& earth();

    /// Metres above the sea, bicubic between the centres of the cells; below 0 is sea, clipped at -400 m.
    float elevation(double lat, double lon) const;
    /// Standard deviation of the elevation over about 1.5 degrees, in metres.
    float roughness(double lat, double lon) const;
    /// Share of land within about 8 degrees: 0 on the open ocean, 1 deep inside a continent.
    float continentality(double lat, double lon) const;

private:
    Relief();
    static constexpr int rows = 360, cols = 720;
    std::vector<float> elevation_, roughness_, continentality_;
};

} // namespace gwsd::data::world
