#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// How to find and understand a variable in files.
struct SeriesOptions {
    /// "gwsa", "tws", "tp", "swvl1", "t2m", "sp", "reference", or the name of a generic predictor.
    std::string quantity{};
    std::string variable{};          ///< exact name (or /group/name); empty: the usual names of the quantity
    std::string assume_units{};      ///< units to use where the file has none
    bool companion_sigma = false;    ///< open the 1-sigma field beside the quantity instead of the quantity itself
    bool allow_remote = false;       ///< let netCDF open addresses such as https://...; refused otherwise
    bool skip_files_without = false; ///< files that lack the quantity are left out, as long as one has it
    bool instants = false;           ///< keep each step as an instant, even where no month has two
};

/// One variable on one grid over time, from one or many files of any supported layout, in canonical order (rows south
/// to north, columns west to east from -180, see geo::Grid), in internal units (mm, mm/month, m3/m3, K, Pa; a
/// dimensionless target keeps its own), missing cells NaN. Fields are read one step at a time, so memory stays small.
class Series {
public:
    virtual ~Series() = default;
    virtual const geo::Grid& grid() const = 0;
    /// The steps that the files hold, ascending; absent months are absent.
    virtual const geo::TimeAxis& time() const = 0;
    virtual const std::string& name() const = 0; ///< the variable's name in the file
    virtual const std::string& unit() const = 0; ///< unit of what read() gives
    /// True if the product is total water storage, not groundwater storage.
    virtual bool is_total_water_storage() const = 0;
    /// True if values are storage rather than anomalies against a baseline.
    virtual bool is_absolute() const = 0;
    /// False for a static field, whose one step has no date.
    virtual bool has_time() const { return true; }
    /// Baseline of the anomaly as the file states it, or "unknown".
    virtual const std::string& baseline() const = 0;
    virtual const std::vector<std::string>& files() const = 0;
    /// Reads step t of time() into out, rows * cols values.
    virtual void read(Index t, std::span<float> out) = 0;
};

/// Opens a variable spread over files; each entry is a path or PATH:VARIABLE. Static fields have one step (t = 0).
/// Throws InputMissing, DataError (naming file, variable, expected, found, remedy), PermissionError.
std::unique_ptr<Series> open_series(const std::vector<std::string>& files, const SeriesOptions& options);

/// A field that a file holds.
struct FileField {
    std::string file;     ///< path, or "archive.zip: member"
    std::string name;     ///< in the file
    std::string quantity; ///< tp, swvl1, t2m, sp, gwsa or tws, by its usual names; empty for others
    std::string units;    ///< as the file states them
    Index steps = 0;
    bool has_time = false;
};

/// Every field over latitude and longitude of the files (each a path or PATH:VARIABLE), such as which of tp, swvl1, t2m
/// and sp are where. Throws as open_series.
std::vector<FileField> list_fields(const std::vector<std::string>& files, bool allow_remote = false);

} // namespace gwsd::io
