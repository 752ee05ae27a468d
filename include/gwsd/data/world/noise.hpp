#pragma once

#include <cmath>
#include <cstdint>
#include <span>

namespace gwsd::data::world {

/// A place on the unit sphere; noise is drawn in space, so that neither the date line nor the poles show.
struct Place {
    float x = 0, y = 0, z = 0;
};

/// Places one coordinate after the other, as vector units read them; spans of one size.
struct Places {
    std::span<const float> x, y, z;
};

/// Which random field: the seed, a name within the world, and the time step for fields that change.
struct NoiseKey {
    std::uint32_t seed = 0;

    NoiseKey with(std::uint32_t part) const { return {mix(seed ^ (part + 0x9E3779B9U + (seed << 6) + (seed >> 2)))}; }
    static constexpr std::uint32_t mix(std::uint32_t v)
    {
        v = (v ^ (v >> 16)) * 0x7FEB352DU;
        v = (v ^ (v >> 15)) * 0x846CA68BU;
        return v ^ (v >> 16);
    }
};

namespace detail {

inline float corner(std::uint32_t key, std::int32_t i, std::int32_t j, std::int32_t k, float x, float y, float z)
{
    std::uint32_t h = key ^ (static_cast<std::uint32_t>(i) * 0x8DA6B343U) ^
                      (static_cast<std::uint32_t>(j) * 0xD8163841U) ^ (static_cast<std::uint32_t>(k) * 0xCB1AB31FU);
    h = NoiseKey::mix(h);
    // A gradient with three independent components, each uniform in [-1, 1): smoother statistics than twelve
    // directions.
    const auto component = [h](int shift) {
        // By way of int, which vector units turn into float at once.
        return static_cast<float>(static_cast<std::int32_t>((h >> shift) & 1023U)) * (2.0F / 1023.0F) - 1.0F;
    };
    return component(0) * x + component(10) * y + component(20) * z;
}

// std::floor is a library call where SSE 4.1 cannot be taken for granted.
inline std::int32_t floor_of(float v)
{
    const auto whole = static_cast<std::int32_t>(v);
    return whole - (static_cast<float>(whole) > v ? 1 : 0);
}

inline float fade(float t) { return t * t * t * (t * (t * 6.0F - 15.0F) + 10.0F); }
inline float lerp(float a, float b, float t) { return a + t * (b - a); }

} // namespace detail

/// Gradient noise (Perlin 2002) at `frequency` lattice cells an earth radius: mean 0, variance close to 1.
inline float gradient_noise(NoiseKey key, const Place& place, float frequency)
{
    // Each field has its own place in the lattice, so that the zeros at its corners do not coincide.
    const float shift = static_cast<float>(key.seed & 4095U) * (1.0F / 64.0F) + 0.37F;
    const float px = place.x * frequency + shift, py = place.y * frequency + shift * 1.7F,
                pz = place.z * frequency - shift;
    const std::int32_t i = detail::floor_of(px), j = detail::floor_of(py), k = detail::floor_of(pz);
    const float x = px - static_cast<float>(i), y = py - static_cast<float>(j), z = pz - static_cast<float>(k);
    const float u = detail::fade(x), v = detail::fade(y), w = detail::fade(z);
    const auto at = [&](std::int32_t a, std::int32_t b, std::int32_t c) {
        return detail::corner(key.seed, i + a, j + b, k + c, x - static_cast<float>(a), y - static_cast<float>(b),
                              z - static_cast<float>(c));
    };
    const float bottom =
        detail::lerp(detail::lerp(at(0, 0, 0), at(1, 0, 0), u), detail::lerp(at(0, 1, 0), at(1, 1, 0), u), v);
    const float top =
        detail::lerp(detail::lerp(at(0, 0, 1), at(1, 0, 1), u), detail::lerp(at(0, 1, 1), at(1, 1, 1), u), v);
    return 4.6F * detail::lerp(bottom, top, w);
}

/// Noise of several octaves from `longest_km` down, each half as long as the one before and `gain` times as high;
/// variance close to 1. Along a line its spectrum falls as k^-(1 - 2 log2(gain)).
struct Octaves {
    float longest_km = 1000;
    int count = 6;
    float gain = 0.5F;

    float operator()(NoiseKey key, const Place& place) const
    {
        float frequency = 6371.0F / longest_km, height = 1.0F, sum = 0.0F, power = 0.0F;
        for (int octave = 0; octave < count; ++octave) {
            sum += height * gradient_noise(key.with(static_cast<std::uint32_t>(octave)), place, frequency);
            power += height * height;
            frequency *= 2.0F;
            height *= gain;
        }
        return sum / std::sqrt(power);
    }

    /// The same at many places, to the same bits and several times faster; `out` has the places' size.
    void at(NoiseKey key, const Places& places, std::span<float> out) const;
};

} // namespace gwsd::data::world
