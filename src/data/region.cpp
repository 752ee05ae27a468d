#include "gwsd/data/region.hpp"

#include <array>
#include <charconv>
#include <sstream>

#include "gwsd/core/error.hpp"

namespace gwsd::data {

geo::Region parse_region(const std::string& text, const std::string& what)
{
    if (text.empty()) return {};
    const auto bad = [&](const std::string& why) {
        return ConfigError(what + ": '" + text + "' " + why + "; expected W,S,E,N in degrees, such as -10,35,5,45");
    };
    std::array<double, 4> v{};
    const char *at = text.data(), *end = at + text.size();
    for (std::size_t i = 0; i < 4; ++i) {
        while (at < end && *at == ' ') ++at;
        if (at < end && *at == '+') ++at;
        const auto [next, error] = std::from_chars(at, end, v[i]);
        if (error != std::errc{}) throw bad("is not four numbers");
        at = next;
        while (at < end && *at == ' ') ++at;
        if (i < 3 && (at == end || *at++ != ',')) throw bad("is not four numbers");
    }
    if (at != end) throw bad("has more than four numbers");
    geo::Region region{v[0], v[1], v[2], v[3]};
    if (!(region.west >= -360 && region.west <= 360 && region.east >= -360 && region.east <= 540))
        throw bad("has a longitude outside -180..360");
    if (!(region.south >= -90 && region.north <= 90 && region.south < region.north))
        throw bad("needs -90 <= south < north <= 90");
    if (region.east < region.west) region.east += 360;
    if (!(region.east > region.west) || region.east - region.west > 360)
        throw bad("needs west < east, at most 360 degrees apart");
    return region;
}

std::vector<geo::Region> parse_regions(const std::string& text, const std::string& what)
{
    std::vector<geo::Region> regions;
    std::istringstream list(text == "none" ? "" : text);
    try {
        for (std::string item; std::getline(list, item, ';');) regions.push_back(parse_region(item, what));
    } catch (const ConfigError& error) { // a file's fault, not the user's
        throw DataError(error.what());
    }
    return regions;
}

} // namespace gwsd::data
