#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "gwsd/score/interval_levels.hpp"
#include "gwsd/score/moments.hpp"

namespace gwsd::score {

inline double normal_cdf(double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); }
inline double normal_pdf(double z) { return std::exp(-0.5 * z * z) / std::sqrt(2.0 * std::numbers::pi); }

/// Quantile of the standard normal for 0 < p < 1: bisection on the distribution function, exact to rounding.
inline double normal_quantile(double p)
{
    double low = -40, high = 40;
    for (int i = 0; i < 200 && high - low > 1e-15 * std::max(1.0, std::abs(low)); ++i) {
        const double middle = 0.5 * (low + high);
        (normal_cdf(middle) < p ? low : high) = middle;
    }
    return 0.5 * (low + high);
}

/// Continuous ranked probability score of a Gaussian forecast (Gneiting & Raftery 2007), in the unit of the values:
/// sigma [z (2 Phi(z) - 1) + 2 phi(z) - 1 / sqrt(pi)], z = (t - mean) / sigma; |t - mean| where sigma is 0.
inline double crps_gaussian(double mean, double sigma, double truth)
{
    if (!(sigma > 0)) return std::abs(truth - mean);
    const double z = (truth - mean) / sigma;
    return sigma * (z * (2 * normal_cdf(z) - 1) + 2 * normal_pdf(z) - 1 / std::sqrt(std::numbers::pi));
}

/// Sums that judge the predicted standard deviation: PIT histogram, coverage at the 19 levels 5, 10, ... 95 %,
/// sharpness, and error against spread in classes of sigma (half octaves).
struct Calibration {
    static constexpr int levels = 19, bins = 20, classes = 64;
    static double level(int i) { return 0.05 * (i + 1); }

    double w = 0, sigma = 0, squared_z = 0;
    std::array<double, levels> covered{};
    std::array<double, bins> pit{};
    std::array<double, classes> class_weight{}, class_variance{}, class_error{};

    /// `map`: what probabilities the forecast's calibration found for its Gaussian intervals; null: Gaussian.
    void add(double weight, double mean, double standard_error, double truth, const IntervalLevels* map = nullptr)
    {
        if (!(standard_error > 0)) return;
        const double z = (truth - mean) / standard_error, error = truth - mean;
        w += weight;
        sigma += weight * standard_error;
        squared_z += weight * z * z;
        const double u = map ? map->transform(normal_cdf(z)) : normal_cdf(z);
        pit[static_cast<std::size_t>(std::min(bins - 1, static_cast<int>(u * bins)))] += weight;
        // A central interval of probability q holds the truth if |2u - 1| <= q; all wider ones hold it too.
        for (int i = levels - 1; i >= 0 && std::abs(2 * u - 1) <= level(i); --i)
            covered[static_cast<std::size_t>(i)] += weight;
        const int k =
            std::clamp(static_cast<int>(std::floor(2 * std::log2(standard_error))) + classes / 2, 0, classes - 1);
        const auto c = static_cast<std::size_t>(k);
        class_weight[c] += weight;
        class_variance[c] += weight * standard_error * standard_error;
        class_error[c] += weight * error * error;
    }
    Calibration& operator+=(const Calibration& o)
    {
        w += o.w, sigma += o.sigma, squared_z += o.squared_z;
        for (std::size_t i = 0; i < levels; ++i) covered[i] += o.covered[i];
        for (std::size_t i = 0; i < bins; ++i) pit[i] += o.pit[i];
        for (std::size_t i = 0; i < classes; ++i)
            class_weight[i] += o.class_weight[i], class_variance[i] += o.class_variance[i],
                class_error[i] += o.class_error[i];
        return *this;
    }

    double coverage(int i) const { return w > 0 ? covered[static_cast<std::size_t>(i)] / w : not_defined; }
    double coverage_90() const { return coverage(17); }
    /// Mean distance of observed from nominal coverage over the 19 levels (Kuleshov et al. 2018).
    double calibration_error() const
    {
        double sum = 0;
        for (int i = 0; i < levels; ++i) sum += std::abs(coverage(i) - level(i));
        return w > 0 ? sum / levels : not_defined;
    }
    double sharpness() const { return w > 0 ? sigma / w : not_defined; }
    /// Root mean square of z: 1 for a calibrated forecast, above 1 where sigma is too small.
    double spread_ratio() const { return w > 0 ? std::sqrt(squared_z / w) : not_defined; }
    /// Expected normalised calibration error: mean over classes of |rms error - rms sigma| / rms sigma (Levi et al.
    /// 2019).
    double spread_skill_error() const
    {
        double sum = 0;
        for (std::size_t i = 0; i < classes; ++i) {
            if (!(class_weight[i] > 0)) continue;
            const double spread = std::sqrt(class_variance[i] / class_weight[i]),
                         error = std::sqrt(class_error[i] / class_weight[i]);
            sum += class_weight[i] * std::abs(error - spread) / spread;
        }
        return w > 0 ? sum / w : not_defined;
    }
};

} // namespace gwsd::score
