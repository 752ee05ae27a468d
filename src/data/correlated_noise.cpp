#include "gwsd/data/correlated_noise.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "gwsd/core/error.hpp"
#include "gwsd/core/parallel.hpp"
#include "gwsd/core/random.hpp"

namespace gwsd::data {
namespace {

// cos(2 pi turns) to 1e-6, without a library call, so that the compiler makes vector code of the loop over cells.
inline float cosine(float turns)
{
    const auto whole = static_cast<float>(static_cast<std::int32_t>(turns));
    const float r = std::abs(turns - whole);                      // 0..1
    const float u = 0.25F - std::abs(r - 0.5F);                   // cos(2 pi r) = -sin(2 pi (1/4 - |r - 1/2|))
    const float v = 2 * std::numbers::pi_v<float> * u, w = v * v; // v within -pi/2..pi/2
    return -v * (1 + w * (-1.6666667e-1F +
                          w * (8.3333310e-3F + w * (-1.9840874e-4F + w * (2.7525562e-6F - w * 2.3889859e-8F)))));
}

} // namespace

CorrelatedNoise::CorrelatedNoise(const geo::Grid& grid, double length_km, std::uint64_t seed)
    : length_(length_km * 1000.0 / geo::earth_radius), seed_(seed)
{
    if (!(length_km > 0)) throw ConfigError("correlated noise: expects a correlation length above 0 km");
    for (Index row = 0; row < grid.rows(); ++row)
        for (Index col = 0; col < grid.cols(); ++col) {
            const double lat = grid.lat(row) * geo::radian, lon = grid.lon(col);
            const double turned = (lon - 360.0 * std::floor((lon + 180.0) / 360.0)) * geo::radian;
            x_.push_back(static_cast<float>(std::cos(lat) * std::cos(turned)));
            y_.push_back(static_cast<float>(std::cos(lat) * std::sin(turned)));
            z_.push_back(static_cast<float>(std::sin(lat)));
        }
}

void CorrelatedNoise::read(std::int64_t step, std::span<float> out) const
{
    if (out.size() != x_.size())
        throw ShapeError("correlated noise: expects " + std::to_string(x_.size()) + " cells, got " +
                         std::to_string(out.size()));
    struct Wave {
        float x, y, z, phase; // turns
    };
    std::array<Wave, waves> wave{};
    Random random(seed_, static_cast<std::uint64_t>(step) ^ 0x6E6F697365ULL);
    const double spread = std::numbers::sqrt2 / length_ / (2 * std::numbers::pi);
    for (Wave& w : wave) {
        w.x = static_cast<float>(spread * random.normal());
        w.y = static_cast<float>(spread * random.normal());
        w.z = static_cast<float>(spread * random.normal());
        w.phase = static_cast<float>(random.uniform());
    }
    const float scale = std::sqrt(2.0F / waves);
    parallel_for(std::ssize(x_), 1024, [&](Index from, Index to) {
        std::fill(out.begin() + from, out.begin() + to, 0.0F);
        for (const Wave& w : wave)
            for (auto i = static_cast<std::size_t>(from); i < static_cast<std::size_t>(to); ++i)
                out[i] += cosine(w.x * x_[i] + w.y * y_[i] + w.z * z_[i] + w.phase);
        for (Index i = from; i < to; ++i) out[static_cast<std::size_t>(i)] *= scale;
    });
}

} // namespace gwsd::data
