#pragma once

#include <string>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"
#include "io/output_sink.hpp"

namespace gwsd::io {

/// What the netCDF default fill is for floats; safest across Fortran, CDO and GDAL.
inline constexpr float fill_value = 9.96921e+36F;

/// Adds time (unlimited), its bounds and units as double days since 2002-01-01: the middle of a month with the month as
/// bounds, an instant's own day with that day as bounds.
void add_time(plan::File& file, const geo::TimeAxis& time);

/// Adds latitude and longitude with bounds; `suffix` is put behind the names ("_coarse"), the dimension nv must be
/// there.
void add_grid(plan::File& file, const geo::Grid& grid, const std::string& suffix = {});

plan::Variable cell_area(const geo::Grid& grid);
plan::Variable crs();

/// A float field (time, lat, lon), or (lat, lon) where `steps` is false, in chunks of at most 360 x 720 cells.
plan::Variable field_variable(const std::string& name, const geo::Grid& grid, bool steps,
                              const std::string& suffix = {});

/// NaN becomes the fill value.
std::vector<float> with_fill(std::span<const float> field);

/// Days from 2002-01-01 to a day counted from 1970-01-01.
double days_since_2002(double day);

/// UTC "2026-11-22T00:00:00Z" of now, or of SOURCE_DATE_EPOCH where that is set.
std::string time_stamp();

} // namespace gwsd::io
