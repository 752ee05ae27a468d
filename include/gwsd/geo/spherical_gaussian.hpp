#pragma once

#include <cmath>
#include <numbers>
#include <string>
#include <vector>

#include "gwsd/core/error.hpp"
#include "gwsd/core/shape.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Jekeli's Gaussian on the sphere (Jekeli 1981; Wahr et al. 1998, eq. 32-33), 1 at the centre:
///     W(psi) = exp(-b (1 - cos psi)),  b = ln 2 / (1 - cos(radius / earth radius)),
/// so that the weight is one half at `radius_km`. Between two rows of latitude it is a series in the difference of
/// longitude d, with K = b cos(phi) cos(phi'):
///     W = exp(-b (1 - cos(phi - phi'))) exp(-K (1 - cos d)) = sum over m of k_|m| exp(i m d),
///     k_m = exp(-b (1 - cos(phi - phi'))) exp(-K) I_m(K),
/// and the modified Bessel functions I_m fall off so fast that some 250 terms give 250 km to rounding.
class SphericalGaussian {
public:
    explicit SphericalGaussian(double radius_km)
    {
        const double half = 0.5 * radius_km * 1000.0 / earth_radius;
        if (!(radius_km > 0) || half > 0.25 * std::numbers::pi)
            throw ConfigError("radius of the Gaussian: expected more than 0 and at most 10000 km, got " +
                              std::to_string(radius_km));
        b_ = std::numbers::ln2 / (2.0 * std::sin(half) * std::sin(half));
    }

    /// Weight at an angle in radians.
    double operator()(double angle) const
    {
        const double half = std::sin(0.5 * angle);
        return std::exp(-2.0 * b_ * half * half);
    }

    /// The angle in radians beyond which the weight is below `weight`.
    double reach(double weight) const
    {
        const double versine = -std::log(weight) / b_;
        return versine >= 2.0 ? std::numbers::pi : std::acos(1.0 - versine);
    }

    /// Highest m that any pair of rows needs.
    Index last_term() const { return last_term(b_); }

    /// k_0, k_1, ... of the rows at latitudes phi and psi (radians), up to the last above 1e-15 of k_0.
    void series(double phi, double psi, std::vector<double>& k) const
    {
        const double argument = b_ * std::cos(phi) * std::cos(psi);
        const Index last = last_term(argument);
        k.assign(static_cast<std::size_t>(last) + 1, 0.0);
        // Ratios r_m = I_m / I_(m-1) = 1 / (2 m / K + r_(m+1)), stable from far out towards m = 1 (Amos 1974).
        double ratio = 0;
        for (Index m = last + 32; m > last; --m) ratio = 1.0 / (2.0 * static_cast<double>(m) / argument + ratio);
        for (Index m = last; m > 0; --m) {
            ratio = 1.0 / (2.0 * static_cast<double>(m) / argument + ratio);
            k[static_cast<std::size_t>(m)] = ratio;
        }
        // exp(K) = I_0 + 2 sum I_m fixes the scale.
        double product = 1, sum = 1;
        for (std::size_t m = 1; m < k.size(); ++m) {
            product *= k[m];
            k[m] = product;
            sum += 2.0 * product;
        }
        k[0] = (*this)(phi - psi) / sum;
        for (std::size_t m = 1; m < k.size(); ++m) k[m] *= k[0];
    }

private:
    /// I_m(K) / I_0(K) is about exp(-m^2 / (2 K)) for m well below K and falls faster beyond.
    static Index last_term(double argument) { return static_cast<Index>(std::sqrt(70.0 * argument) + 16.0); }

    double b_ = 0;
};

} // namespace gwsd::geo
