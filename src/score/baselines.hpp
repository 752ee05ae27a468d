#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/interpolate.hpp"

namespace gwsd::score {

/// The interpolations of the coarse field that every model is compared with.
class Baselines {
public:
    /// "nearest", "bilinear", "bicubic", "smooth_conservative"
    static const std::vector<std::string>& names();

    /// land_fraction is on the fine grid; coarse cells that hold land but no value get that of the nearest cell.
    Baselines(const geo::Grid& coarse, const geo::Grid& fine, Index factor, std::span<const float> land_fraction);

    /// One field a name on the fine grid, defined on all land. False, and all missing, if `coarse` has no value.
    /// Where an interpolation has no valid cell in its stencil the nearest value stands in, so that every method can be
    /// scored on the same cells.
    bool interpolate(std::span<const float> coarse, std::vector<std::vector<float>>& fields) const;

private:
    geo::Grid coarse_, fine_;
    std::vector<float> coarse_land_;
    std::vector<std::shared_ptr<const geo::Regridder>> regridders_;
};

} // namespace gwsd::score
