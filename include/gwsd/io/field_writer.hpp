#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"
#include "gwsd/io/field_description.hpp"

namespace gwsd::io {

/// One field on one grid over time, in whatever unit: what a file made from another says.
struct FieldInfo {
    geo::Grid grid;
    geo::TimeAxis time;
    bool has_time = true; ///< false: a static field, without a time axis
    std::string name, unit;
    std::vector<FieldAttribute> attributes;      ///< of the variable; units and fill value are written anyway
    std::vector<FieldAttribute> file_attributes; ///< of the file; its history is continued
    std::string history; ///< one line about this step; the time stamp is put before it (SOURCE_DATE_EPOCH is honoured)
};

/// Writes a CF-1.11 file of name(time, lat, lon) with bounds, cell areas and WGS 84, one step at a time. Nothing
/// appears at its path before finish(); large files are written by a child process, as those of create_output.
class FieldWriter {
public:
    virtual ~FieldWriter() = default;
    /// grid.cells() values, NaN where missing; t is 0 for a static field. Throws ShapeError, IoError.
    virtual void write(Index t, std::span<const float> field) = 0;
    virtual void finish() = 0;
};

/// Throws CannotCreate if the file exists and `overwrite` is false, DataError if the name is that of a coordinate.
std::unique_ptr<FieldWriter> create_field(const std::string& path, const FieldInfo& info, bool overwrite);

} // namespace gwsd::io
