#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "gwsd/data/world/land_model.hpp"
#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

struct WorldOptions {
    std::uint64_t seed = 1;
    geo::Region region;                                         ///< snapped outward to whole cells of 0.5 degrees
    geo::Period period = geo::Period::parse("2002-04:2023-09"); ///< whole months, not before 2000-01
    double unseen = 1; ///< strength of the storage changes that no predictor shows; 0 leaves them out
};

/// The built-in world: a synthetic planet with the Earth's relief, a climate, soils and aquifers, on the 0.125-degree
/// grid. The same seed gives the same bits, and a cell's month has the same bits whatever region and period are asked
/// for. docs/explanations/built_in_world.md derives it and says how hard it is.
class World {
public:
    static constexpr Index factor = 4;

    /// Throws ConfigError for a region that is empty or a period that starts before the epoch.
    explicit World(const WorldOptions& options);

    const geo::Grid& grid() const { return fine_; }     ///< 0.125 degrees
    const geo::Grid& coarse() const { return coarse_; } ///< 0.5 degrees
    const geo::TimeAxis& time() const { return time_; } ///< every month of the period
    const std::vector<float>& land_fraction() const { return model_.land_fraction(); }
    const std::vector<float>& elevation() const { return model_.elevation(); }

    /// Steps that read(t) gives in `fields`, of which `storage` is `gws`: the groundwater storage anomaly in mm against
    /// the cell's mean over 2002-04..2020-12. NaN over the sea, Greenland and Antarctica (gws), as in G3P. Ascending t
    /// is fast; a step back starts again at the epoch. The first call runs the whole baseline.
    void read(Index t, world::MonthFields& fields);

private:
    void compute_baseline();

    geo::Grid coarse_, fine_;
    geo::TimeAxis time_;
    world::LandModel model_;
    std::vector<float> baseline_;
};

/// True where G3P has no groundwater: Greenland and Antarctica.
bool without_groundwater(double lat, double lon);

} // namespace gwsd::data
