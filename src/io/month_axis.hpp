#pragma once

#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace gwsd::io {

/// A step of one of the files of a series.
struct StepPlace {
    std::size_t file = 0, field = 0;
    Index step = 0;
};

/// A dated step with its place.
struct DatedStep {
    InputStep when;
    StepPlace place;
    std::string file; ///< name for messages
};

/// The time axis of a series, and which stored steps make each of its steps: one, or all the hours of a month.
struct SeriesTime {
    geo::TimeAxis axis;
    std::vector<std::vector<StepPlace>> places;
    std::vector<std::string> notes;
};

struct SeriesTimeOptions {
    bool keep_instants = false; ///< do not join steps to months
    bool may_average = true;    ///< sub-daily and daily steps may be averaged to months
    bool hourly = false;        ///< of a stream of hourly fields, even if there is only one step
    bool by_hour = false;       ///< monthly means by hour of day (stream mnth): a day of steps is a whole month
    std::string variable;       ///< for messages
};

/// Dates steps by calendar month (the middle of their bounds where they have some), merges expver, moves the months of
/// GRACE solutions that fall on a neighbour, averages whole months of sub-daily or daily steps. Steps of several files
/// may come in any order. Throws DataError for steps that repeat or run backwards within a file, and for sub-daily
/// steps that make no whole month.
SeriesTime join_steps(std::vector<DatedStep> steps, const SeriesTimeOptions& options);

} // namespace gwsd::io
