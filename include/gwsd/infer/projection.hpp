#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::infer {

/// Scale at which the fine field is made to hold the water of the coarse one (SPEC 4).
enum class ProjectionKind {
    none,
    cell,      ///< each coarse cell, exactly
    region,    ///< blocks of region_size fine cells anchored to the globe, exactly
    footprint, ///< Gaussian footprints of about the satellites' resolution
};

/// "none", "cell", "region" or "footprint"; throws ConfigError with "did you mean" for other names.
ProjectionKind parse_projection(const std::string& name);
std::string to_string(ProjectionKind kind);

struct ProjectionOptions {
    ProjectionKind kind = ProjectionKind::footprint;
    Index region_size = 32;    ///< fine cells along a region's side
    double footprint_km = 300; ///< full width of the footprint at half its weight
    Index iterations = 8;      ///< of the fit at footprint scale
};

/// What one month's correction is made from. Coarse fields are [coarse cells], fine ones [fine cells].
struct ProjectionInput {
    std::span<const float> coarse;   ///< the satellite field; NaN where it says nothing
    std::span<const float> variance; ///< predicted, fine; empty: every cell takes the same share of a correction
    std::span<const float> sigma;    ///< the product's 1-sigma, coarse; empty: the coarse field is taken as it is
};

/// How far a fine field is from the coarse one, in its unit.
struct MassResidual {
    double cell = 0;  ///< largest |block mean - coarse field| over coarse cells
    double block = 0; ///< the same at the scale of the projection
};

/// The conservative projection of whole maps: mean' = mean + spread(x - blockmean(mean)). Block means are weighted by
/// area and land fraction. The correction is interpolated bilinearly between block centres, with values solved for such
/// that the block means come out; what the solver leaves, of the size of rounding, is then added as a constant. So no
/// block edge shows. Fine cells of a coarse cell without satellite value count in no mean; the correction fades to zero
/// over them.
///
/// With `variance` a cell's share of the correction is proportional to its predicted variance relative to the
/// neighbourhood's. With `sigma`, kind footprint multiplies the misfit of a coarse cell by v / (v + sigma^2), v its
/// mean predicted variance: the Kalman gain when the errors of both are correlated over a footprint. Kinds cell and
/// region are exact and do not use sigma.
class Projection {
public:
    /// land is [fine cells], 0 where there is no prediction. Throws ShapeError if the grid is no multiple of factor.
    Projection(const geo::Grid& fine, Index factor, std::span<const float> land, const ProjectionOptions& options);
    ~Projection();

    /// Corrects `mean` [fine cells] in place; cells without land are left as they are.
    void apply(std::span<float> mean, const ProjectionInput& input) const;

    /// Over coarse cells with land and a satellite value; zeros if there is none.
    MassResidual residual(std::span<const float> mean, std::span<const float> coarse) const;

    const ProjectionOptions& options() const;

private:
    struct Plan;
    std::unique_ptr<const Plan> plan_;
};

} // namespace gwsd::infer
