#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::geo {

/// Ways to put a field on another grid. conservative: exact overlap of cells on the sphere (Jones 1999), what
/// `cdo remapcon` does. smooth_conservative: bilinear, then corrected smoothly until the area-weighted means over the
/// source cells are those of the source (pycnophylactic, Tobler 1979).
enum class Method { conservative, nearest, bilinear, bicubic, smooth_conservative };

/// "nearest" etc.; throws ConfigError with "did you mean" for other names.
Method parse_method(const std::string& name);
std::string to_string(Method method);

/// A plan to put fields of one grid on another, made once and applied to many fields; safe to share between threads.
class Regridder {
public:
    virtual ~Regridder() = default;
    /// in has from.cells() values, out to.cells(); NaN is missing. conservative: a cell is valid if the valid share of
    /// its area is above zero and at least `min_valid_fraction`, and is normalised by that share. The others use the
    /// valid cells of their stencil with renormalised weights, NaN where there is none.
    virtual void apply(std::span<const float> in, std::span<float> out, double min_valid_fraction = 0) const = 0;
};

/// Throws ConfigError if the grids do not touch, and for smooth_conservative if `to` does not refine `from`.
std::shared_ptr<const Regridder> make_regridder(Method method, const Grid& from, const Grid& to);

/// Gives every missing cell of `field` for which `wanted` is above 0 (all, if wanted is empty) the value of the nearest
/// valid cell on the sphere. Returns how many cells were filled; 0 with nothing done if no cell is valid.
Index fill_nearest(const Grid& grid, std::span<float> field, std::span<const float> wanted = {});

/// The GRACE observation operator without its noise (SPEC 1): Gaussian smoothing on the sphere with weight one half at
/// `radius_km` (Jekeli 1981, Wahr et al. 1998), over valid cells only, then the area-weighted mean over the valid fine
/// cells of each coarse cell. A coarse cell without a valid fine cell is missing. radius 0 is the area mean alone.
class ObservationOperator {
public:
    ObservationOperator(const Grid& fine, const Grid& coarse, double radius_km);
    ~ObservationOperator();
    void apply(std::span<const float> fine, std::span<float> coarse) const;

private:
    struct Plan;
    std::unique_ptr<const Plan> plan_;
};

/// Area-weighted mean over blocks of factor x factor cells, valid cells only; weight (of the fine cells, such as a land
/// fraction) may be empty. in is on `fine`, out on coarsen(fine, factor).
void block_mean(const Grid& fine, Index factor, std::span<const float> in, std::span<const float> weight,
                std::span<float> out);

} // namespace gwsd::geo
