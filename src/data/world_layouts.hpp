#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"
#include "io/output_sink.hpp"

namespace gwsd::data::world {

/// Plans of the files that write_world makes, after files of the real products (SPEC 3).

/// G3P v1.12: rows from the south, the 16th of each month, absent months are absent steps; fill value -99999.
io::plan::File g3p_plan(const geo::Grid& grid, const std::vector<geo::Month>& months, const std::string& about);
inline constexpr float g3p_fill = -99999.0F;

/// ERA5-Land monthly means as the Climate Data Store delivers them since 2024: one file a step type ("avgua": states,
/// "avgad": fluxes), rows from the north, NaN over the sea. Nodes in degrees, latitudes descending.
struct Era5Variable {
    std::string name, grib_name, long_name, unit;
    int parameter = 0;
};
io::plan::File era5_plan(const std::string& step_type, const std::vector<double>& lats, const std::vector<double>& lons,
                         const std::vector<geo::Month>& months, const std::vector<Era5Variable>& variables,
                         const std::string& about);

/// gws on the fine grid, every month; land fraction and elevation on the same.
io::plan::File truth_plan(const geo::Grid& grid, const geo::TimeAxis& time, const std::string& about);
io::plan::File land_plan(const geo::Grid& grid, const std::string& about);

/// Baseline of the world's anomalies, as attributes say it.
inline constexpr const char* baseline_text = "2002-04-01/2020-12-31";

} // namespace gwsd::data::world
