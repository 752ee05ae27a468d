#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/core/shape.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// What gwsd understands of a field of a file.
struct FieldReport {
    std::string file;                       ///< the file, or "archive.zip: member"
    std::string name;                       ///< in the file
    std::string quantity;                   ///< tp, swvl1, t2m, sp, gwsa, tws; empty for others
    std::string long_name, file_unit, unit; ///< unit: after conversion
    std::string problem;                    ///< why it cannot be used; empty if it can

    Index rows = 0, cols = 0;
    double lat_step = 0, lon_step = 0; ///< degrees
    std::string registration;          ///< "cell", "node", or "offset": centres on neither edges nor multiples
    geo::Region extent;                ///< of the cells
    bool global = false;               ///< its columns close the circle

    std::string time; ///< "months", "instants", "static"
    Index steps = 0;
    std::string first, last;         ///< "2002-04", "2003-02-17"
    std::vector<std::string> absent; ///< months between first and last that the file does not hold

    Index steps_read = 0;                         ///< all, or a sample of a large file
    double missing_share = 0;                     ///< of the cells of the steps read
    double minimum = 0, maximum = 0, mean = 0;    ///< after conversion; mean is area-weighted; NaN if all is missing
    double plausible_low = 0, plausible_high = 0; ///< equal: no such range
    bool total_water_storage = false, absolute = false;
    std::string baseline;
    std::vector<std::string> notes; ///< what was decided: conversion, clipped values, a dropped column
};

/// A text or number about a model or a cube, in the order in which it is told.
using Fact = std::pair<std::string, std::string>;

/// A named array of a model.
struct ParameterReport {
    std::string name, dtype;
    Shape shape;
};

/// What gwsd understands of a file: fields, a cube, or a model.
struct Inspection {
    std::string path;
    std::string kind;    ///< "fields", "cube", "model"
    std::string format;  ///< "netCDF-4", "GRIB", "ZIP", ...
    std::string product; ///< "G3P groundwater storage anomaly", "ERA5-Land monthly means", ...
    std::uint64_t bytes = 0;
    std::vector<FieldReport> fields;
    std::vector<Fact> others; ///< variables that are no field, and why
    std::vector<Fact> facts;  ///< of a cube or model
    std::vector<ParameterReport> parameters;
    std::int64_t parameter_count = 0;
};

struct InspectOptions {
    bool allow_remote = false;
    std::string assume_units{};
    /// Values that are read of a field at most; beyond it, steps are sampled evenly.
    std::int64_t most_values = 300'000'000;
};

/// Throws as open_series for files that cannot be understood at all.
Inspection inspect_file(const std::string& path, const InspectOptions& options = {});

/// For people, several lines.
std::string to_text(const Inspection& inspection);
/// One JSON object.
std::string to_json(const Inspection& inspection);

} // namespace gwsd::io
