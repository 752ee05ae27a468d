#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"

namespace gwsd::score {

struct BasinsOptions {
    std::vector<std::string> field; ///< FILE or FILE:VARIABLE, one or many of one field
    std::string variable;           ///< empty: the only field of the file
    std::string shapes;             ///< .shp, .geojson or .json
    std::string name_field;         ///< of the shapes; empty: the one that looks most like a name
    double correlation_km = 300;    ///< length over which errors are correlated; 0: not at all
    double min_valid_fraction = 0;  ///< least share of a polygon with values for a mean
};

/// The area-weighted mean of a field over one polygon.
struct BasinSeries {
    std::string name;
    double area_km2 = 0;
    /// For each step; NaN where nothing is valid. standard_error is NaN where the field has no uncertainty.
    std::vector<double> value, standard_error, valid_fraction;
    double trend = 0, trend_standard_error = 0; ///< in unit per year, beside an annual cycle; NaN below 12 steps
};

struct BasinMeans {
    std::string name, unit; ///< of the field
    geo::TimeAxis time;
    bool has_error = false;
    std::vector<BasinSeries> basins;
    std::vector<std::string> outside; ///< polygons that the field does not touch
};

/// Means over polygons, weighted by the exact area of each cell inside a polygon, over valid cells; their standard
/// error counts that errors are correlated in space (correlated_mean.hpp); the trend's counts the correlation of
/// residuals in time (cycle.hpp). Throws DataError if no polygon touches the field, and what the readers of field and
/// shapes throw.
BasinMeans basin_means(const BasinsOptions& options);

/// polygon,time,value,standard_error,valid_fraction,trend_per_year,trend_standard_error: a row for each polygon and
/// step, empty where there is no number; the trend repeats on each row of its polygon.
std::string basins_csv(const BasinMeans& means);

} // namespace gwsd::score
