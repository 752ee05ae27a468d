#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::data {

/// Which steps train, validate and test; periods are "YYYY-MM:YYYY-MM", both ends included.
struct SplitOptions {
    std::string train_period{};      ///< empty: every step that is not test
    std::string validation_period{}; ///< empty: the last `validation_share` of the training period
    std::string test_period{};       ///< empty: none
    double buffer_months = 6;        ///< that lie between a training target and validation or test
    double validation_share = 0.15;
    Index window = 6;    ///< the buffer is at least window - 1 steps, so that no window reaches a training target
    bool random = false; ///< paper_random: validation samples are drawn among all, so validation = train
};

/// The steps of an axis, split in blocks (SPEC 6). Lists are ascending and, unless `random`, disjoint.
struct Splits {
    std::vector<Index> train, validation, test;               ///< steps whose target counts there
    std::vector<char> readable;                               ///< by step: 1 where training may read anything at all
    std::string train_period, validation_period, test_period; ///< from the first to the last step of each list
};

/// Training targets within the buffer of a validation or test step are left out. Training may read the training and
/// validation periods as configured, without test: their windows see nothing of other steps. Throws ConfigError if a
/// period holds no step of the axis, if validation and test overlap, or if no training or validation step is left.
Splits split_steps(const geo::TimeAxis& axis, const SplitOptions& options);

/// 1 for cells of `grid` whose centre lies in no region and not within `buffer` degrees of one, in latitude and in
/// longitude; regions may cross the date line.
std::vector<char> outside_regions(const geo::Grid& grid, const std::vector<geo::Region>& regions, double buffer);

/// Number of the square of 4 degrees that the centre of a cell of `grid` lies in, 0 or more. Squares of the same number
/// modulo 5 lie a knight's move apart: parts of the land that are left out together, each spread over all of it.
Index land_square(const geo::Grid& grid, Index cell);

} // namespace gwsd::data
