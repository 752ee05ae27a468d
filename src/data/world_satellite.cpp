#include "world_satellite.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <utility>
#include <vector>

#include "world_fields.hpp"

namespace gwsd::data::world {

float product_sigma(geo::Month month)
{
    const auto within = [&](geo::Month from, geo::Month to) { return from <= month && month <= to; };
    using geo::Month;
    if (month == Month::of(2015, 2)) return 66.9F;
    if (within(Month::of(2002, 1), Month::of(2004, 12))) return usual_sigma + 1.5F;
    if (within(Month::of(2015, 1), Month::of(2017, 6))) return usual_sigma + 3.5F;
    if (within(Month::of(2018, 6), Month::of(2020, 12))) return usual_sigma + 1.3F;
    return usual_sigma;
}

Satellite::Satellite(const geo::Grid& fine, const geo::Grid& coarse, std::uint64_t seed)
    : view_(fine, coarse, radius_km), noise_(coarse, correlation_km, seed ^ (std::uint64_t{field::observation} << 40))
{
}

void Satellite::observe(geo::Month month, std::span<const float> truth, std::span<float> value,
                        std::span<float> sigma) const
{
    view_.apply(truth, value);
    std::vector<float> noise(value.size());
    noise_.read(month.index, noise);
    const float size = product_sigma(month);
    for (std::size_t i = 0; i < value.size(); ++i) {
        const bool seen = std::isfinite(value[i]);
        sigma[i] = seen ? size : std::numeric_limits<float>::quiet_NaN();
        if (seen) value[i] += size * noise[i];
    }
}

} // namespace gwsd::data::world
