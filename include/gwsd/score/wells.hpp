#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::score {

struct WellsOptions {
    std::string field;  ///< a file of any supported layout, FILE or FILE:VARIABLE, or a CSV series, FILE.csv[:COLUMN]
    std::string wells;  ///< CSV: a column of months or dates, then one column a well
    std::string sites;  ///< CSV: id, latitude, longitude, and columns of specific yield
    std::string output; ///< folder for wells.json, CSV tables, map and series; empty: none
    std::string measure = "depth";           ///< "depth" to water (larger is drier) or "level" (larger is wetter)
    std::string well_unit = "m";             ///< of the wells' values
    std::string field_unit = "mm";           ///< of a CSV field; other files say theirs
    std::vector<std::string> specific_yield; ///< columns of `sites`; empty: those whose names start with sy or specific
    double cell = 0.5;                       ///< degrees of the cells that wells are averaged over beside a CSV field
    Index min_months = 24;                   ///< wells with fewer common months are left out
    Index max_lag = 6;                       ///< months
    std::string coarse;                      ///< the product that the field was refined from, as `field`; empty: none
    std::uint64_t seed = 1;                  ///< of the bootstrap of gains
    bool overwrite = false;
};

struct WellsSummary {
    std::string table;  ///< plain text
    std::string scores; ///< wells.json as text
};

/// Scores a storage field against groundwater wells.
///
/// Every well is turned into an anomaly against its own mean over the months that it has in common with the field; a
/// depth to water changes its sign, so that more water is positive. Two kinds of series are made of them:
/// - `standardised`: each anomaly over its standard deviation, averaged over wells; it needs no aquifer property;
/// - one for each column of specific yield: anomaly times specific yield, in mm of water, averaged over the wells of a
///   grid cell and then over cells by area, so that many wells in one place count once.
/// The field is averaged over the same wells or cells. For the region and for each cell are given:
/// - Pearson's r at every lag up to max_lag (positive: wells follow the field), with a 95 % interval that counts the
///   memory of both series (effective sample size, Bartlett 1946);
/// - linear trends beside an annual cycle with their standard errors; they agree if they differ by less than 1.96
///   standard errors of the difference; Mann-Kendall's test and Sen's slope without the annual cycle (rank_trend.hpp);
/// - KGE and RMSE of amounts of water; how far the wells of one cell agree;
/// - with `coarse`: what r, KGE and RMSE gain over that product in the same cells and over the months of both, with a
///   bootstrap interval, and a verdict in plain English.
/// docs/explanations/wells.md has the formulas and their sources.
///
/// Throws InputMissing, DataError naming file, row and column, ConfigError, CannotCreate.
WellsSummary score_wells(const WellsOptions& options);

} // namespace gwsd::score
