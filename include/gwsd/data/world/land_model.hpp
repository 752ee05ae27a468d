#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/data/world/noise.hpp"
#include "gwsd/geo/calendar.hpp"

namespace gwsd::data::world {

/// One month of the world on the cells of a grid, rows * cols values, NaN over the sea.
struct MonthFields {
    std::vector<float> tp;      ///< precipitation, mm/month
    std::vector<float> swvl1;   ///< soil moisture, m3/m3
    std::vector<float> t2m;     ///< K
    std::vector<float> sp;      ///< Pa
    std::vector<float> storage; ///< groundwater storage against an arbitrary constant of the cell, mm
};

/// Climate, soil and aquifers of every land cell on the grid lats x lons, stepped month by month from the epoch.
/// Each cell stands for itself: its values depend on the seed, its place and the month, never on the other cells.
class LandModel {
public:
    /// The first month that can be asked for; history before it runs with the expected climate.
    static constexpr geo::Month epoch = geo::Month::of(2000, 1);

    /// Centres of rows and columns in degrees, longitudes within -180..180. `unseen`: see WorldOptions.
    LandModel(std::uint64_t seed, std::vector<double> lats, std::vector<double> lons, double unseen = 1);

    Index rows() const { return static_cast<Index>(lats_.size()); }
    Index cols() const { return static_cast<Index>(lons_.size()); }
    const std::vector<float>& land_fraction() const { return land_fraction_; } ///< 0..1
    const std::vector<float>& elevation() const { return elevation_; }         ///< metres; over the sea 0

    /// The month that step() gives next.
    geo::Month next() const { return next_; }
    /// Back to the epoch.
    void restart();
    /// What of a month is wanted: its state alone, the storage, or every field.
    enum class Wanted { state, storage, all };

    /// Steps through `next()`; `out` may be nullptr where only the state is wanted.
    void step(MonthFields* out, Wanted wanted = Wanted::all);

private:
    // What never changes in a cell.
    struct Cell {
        Index at = 0; // position in the fields
        Place place;
        float elevation = 0, continentality = 0, abs_sine = 0;
        std::array<float, 12> temperature{}, precipitation{};
        float spread = 0;                              // of the logarithm of precipitation
        float wilting = 0, porosity = 0, capacity = 0; // of the soil
        float valley = 0;                              // response of shallow water that relief explains
        float fast_response = 1, slow_share = 0, slow_response = 1;
        float delay = 1, fast_memory = 4, slow_memory = 60; // months
        float pumping = 0;                                  // mm/year
        float pumping_season = 0;                           // -1 or 1: months of irrigation
    };
    // What has a history.
    struct State {
        float soil = 0, snow = 0, percolating = 0, fast = 0, fast_usual = 0, slow = 0; // mm
        float recharge = 0;                                                            // of the last month, mm
        float drought_before = 0, drought_after = 0, unseen_before = 0, unseen_after = 0;
    };

    Cell make_cell(Index row, Index col, float detail) const;
    State settled(const Cell& cell) const;
    // Random fields of a month at one cell, see world_month.cpp.
    struct Chance {
        float weather = 0, warmth = 0, soil = 0, pressure = 0, drought_after = 0, unseen_after = 0;
    };
    void step_block(Index from, Index to, MonthFields* out, Wanted wanted);
    void step_cell(std::size_t index, geo::Month month, const Chance& chance, MonthFields* out, Wanted wanted);
    // The water balance of a month; gives the soil moisture.
    static float balance(const Cell& cell, State& state, float temperature, float precipitation);

    NoiseKey key_;
    float unseen_; // of the water that a cell usually holds in its fast store
    std::vector<double> lats_, lons_;
    geo::Month next_ = epoch;
    std::vector<float> land_fraction_, elevation_;
    std::vector<Cell> cells_;
    std::array<std::vector<float>, 3> place_; // of the cells: x, y, z
    std::vector<State> state_;
};

} // namespace gwsd::data::world
