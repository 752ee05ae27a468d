#pragma once

#include <cstdint>
#include <span>

#include "gwsd/data/correlated_noise.hpp"
#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/interpolate.hpp"

namespace gwsd::data::world {

/// 1-sigma of the satellite product in mm where all is well, and in a month. G3P v1.12 gives 45.5 mm as the usual value
/// of the Paris Basin, more while the accelerometers were new and when the batteries failed, 67 mm in 2015-02.
inline constexpr float usual_sigma = 45.5F;
float product_sigma(geo::Month month);

/// What the satellite sees of the world: Gaussian smoothing, mean over the coarse cell, noise at the product's sigma
/// with a correlation length of 300 km.
class Satellite {
public:
    static constexpr double radius_km = 250, correlation_km = 300;

    Satellite(const geo::Grid& fine, const geo::Grid& coarse, std::uint64_t seed);

    /// truth on the fine grid; value and sigma on the coarse one in mm, missing where no fine cell is valid.
    void observe(geo::Month month, std::span<const float> truth, std::span<float> value, std::span<float> sigma) const;

private:
    geo::ObservationOperator view_;
    CorrelatedNoise noise_;
};

} // namespace gwsd::data::world
