#pragma once

// Everything that puts a field on another grid; each idea has its own header.
#include <memory>

#include "gwsd/geo/block_mean.hpp"
#include "gwsd/geo/conservative.hpp"
#include "gwsd/geo/fill_nearest.hpp"
#include "gwsd/geo/observation_operator.hpp"
#include "gwsd/geo/point_regridder.hpp"
#include "gwsd/geo/regridder.hpp"
#include "gwsd/geo/smooth_conservative.hpp"

namespace gwsd::geo {

/// Throws ConfigError if the grids do not touch, and for smooth_conservative if `to` does not refine `from`.
inline std::shared_ptr<const Regridder> make_regridder(Method method, const Grid& from, const Grid& to)
{
    if (!grids_touch(from, to))
        throw ConfigError("regridding: the source (" + bounds_text(from) + ") and the target (" + bounds_text(to) +
                          ") do not touch");
    switch (method) {
        case Method::conservative:
            return std::make_shared<ConservativeRegridder>(from, to);
        case Method::nearest:
            return std::make_shared<StencilRegridder>(from, to, nearest_weights);
        case Method::bilinear:
            return std::make_shared<StencilRegridder>(from, to, linear_weights);
        case Method::bicubic:
            return std::make_shared<BicubicRegridder>(from, to);
        case Method::smooth_conservative:
            break;
    }
    return std::make_shared<SmoothConservativeRegridder>(from, to);
}

} // namespace gwsd::geo
