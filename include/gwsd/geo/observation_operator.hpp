#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/conservative.hpp"
#include "gwsd/geo/gaussian_smoothing.hpp"

namespace gwsd::geo {

/// The GRACE observation operator without its noise (SPEC 1): Gaussian smoothing on the sphere with weight one half at
/// `radius_km` (Jekeli 1981, Wahr et al. 1998), over valid cells only, then the area-weighted mean over the valid fine
/// cells of each coarse cell. A coarse cell without a valid fine cell is missing. radius 0 is the area mean alone.
///
/// How: with area a, mask m and field x the smoothed value is sum(W a m x) / sum(W a m). Both sums are one complex
/// field a m (x + i), transformed along each row of latitude; between two rows the kernel is a product with a short
/// real series (spherical_gaussian.hpp). Rows farther apart than a weight of 1e-9 are left out; along a row nothing is.
class ObservationOperator {
public:
    /// Throws ConfigError if the grids do not touch or the radius is negative or beyond 10000 km.
    ObservationOperator(const Grid& fine, const Grid& coarse, double radius_km);
    ~ObservationOperator();
    ObservationOperator(ObservationOperator&&) noexcept;
    ObservationOperator& operator=(ObservationOperator&&) noexcept;
    /// fine has the cells of the fine grid, coarse those of the coarse one (ShapeError); NaN is missing.
    void apply(std::span<const float> fine, std::span<float> coarse) const;

private:
    struct Plan;
    std::unique_ptr<const Plan> plan_;
};

struct ObservationOperator::Plan {
    Plan(const Grid& fine, const Grid& coarse, double radius_km)
        : fine_cells(fine.cells()), coarse_cells(coarse.cells()), mean(fine, coarse)
    {
        if (radius_km != 0) smoothing = std::make_unique<GaussianSmoothing>(fine, radius_km);
    }
    Index fine_cells, coarse_cells;
    ConservativeRegridder mean;
    std::unique_ptr<const GaussianSmoothing> smoothing;
};

inline ObservationOperator::ObservationOperator(const Grid& fine, const Grid& coarse, double radius_km)
{
    if (!grids_touch(fine, coarse))
        throw ConfigError("observation operator: the fine grid (" + bounds_text(fine) + ") and the coarse grid (" +
                          bounds_text(coarse) + ") do not touch");
    plan_ = std::make_unique<const Plan>(fine, coarse, radius_km);
}

inline ObservationOperator::~ObservationOperator() = default;
inline ObservationOperator::ObservationOperator(ObservationOperator&&) noexcept = default;
inline ObservationOperator& ObservationOperator::operator=(ObservationOperator&&) noexcept = default;

inline void ObservationOperator::apply(std::span<const float> fine, std::span<float> coarse) const
{
    if (std::ssize(fine) != plan_->fine_cells || std::ssize(coarse) != plan_->coarse_cells)
        throw ShapeError("observation operator: expects " + std::to_string(plan_->fine_cells) + " fine and " +
                         std::to_string(plan_->coarse_cells) + " coarse cells, got " + std::to_string(fine.size()) +
                         " and " + std::to_string(coarse.size()));
    if (!plan_->smoothing) return plan_->mean.apply(fine, coarse);
    std::vector<float> smoothed(fine.size());
    plan_->smoothing->apply(fine, smoothed);
    plan_->mean.apply(smoothed, coarse);
}

} // namespace gwsd::geo
