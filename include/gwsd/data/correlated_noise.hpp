#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

/// Errors of a satellite product: standard normal in every cell, independent from step to step, with the correlation
/// exp(-(d / length)^2) between places a distance d apart (through the Earth, nearly that along its surface).
///
/// A sum of waves in space, n(x) = sqrt(2 / N) sum_i cos(k_i . x + phase_i), with wave vectors k_i drawn from the
/// normal spectrum that belongs to this correlation. So there is no seam anywhere on the sphere, and a place has the
/// same value on whatever grid and region it is computed.
class CorrelatedNoise {
public:
    CorrelatedNoise(const geo::Grid& grid, double length_km, std::uint64_t seed);

    /// Noise of a step (Month::index, or days of an instant), rows * cols values.
    void read(std::int64_t step, std::span<float> out) const;

private:
    static constexpr int waves = 96;
    std::vector<float> x_, y_, z_; // unit vectors of the cells
    double length_;                // as a share of the Earth's radius
    std::uint64_t seed_;
};

} // namespace gwsd::data
