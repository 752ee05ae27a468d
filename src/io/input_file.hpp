#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/geo/cf_time.hpp"
#include "gwsd/geo/grid_from_centres.hpp"
#include "io/input_name.hpp"
#include "io/nc_read.hpp"

namespace gwsd::io {

/// A step of a field as its file dates it.
struct InputStep {
    geo::Instant at;
    std::optional<std::pair<double, double>> bounds; ///< days since 1970-01-01
    std::string expver;                              ///< "1", "5" (preliminary), or empty
    double span = 0; ///< days that the step stands for, by its bounds or `time_increment`; 0 if nothing tells
};

/// A field over latitude and longitude that a file holds, in the file's own units.
struct InputField {
    std::string name; ///< "/group/name" inside groups
    std::vector<NcAttribute> attributes;
    std::shared_ptr<const geo::OrderedGrid> axes;
    bool has_time = false;
    std::vector<InputStep> steps;   ///< one undated step where there is no time
    std::vector<std::string> notes; ///< what was decided while reading its axes: a dropped column, merged expver

    std::string text(const std::string& attribute) const { return attribute_text(attributes, attribute); }
    std::string units() const { return text("units"); }
    std::string short_name() const { return name.substr(name.rfind('/') + 1); }
};

/// A variable of a file that is no such field, and why.
struct OtherVariable {
    std::string name, why;
    bool meant_as_field = false; ///< it has two dimensions or more: the reason is worth telling
};

/// One file of data, whatever its format.
class InputFile {
public:
    virtual ~InputFile() = default;
    /// Names the file in messages: its path, or "archive.zip: member".
    const std::string& shown() const { return shown_; }
    const std::string& format() const { return format_; }
    const std::vector<NcAttribute>& attributes() const { return attributes_; }
    const std::vector<InputField>& fields() const { return fields_; }
    const std::vector<OtherVariable>& others() const { return others_; }

    /// Step `step` of fields()[field] in canonical order, unpacked, in the file's units, NaN where missing; rows * cols
    /// values. Throws DataError.
    virtual void read(std::size_t field, Index step, std::span<float> out) = 0;
    /// Lets go of what is held open and in memory; the next read takes it up again.
    virtual void close() = 0;
    /// Uses these axes for every field that has equal ones, so that many files do not keep as many copies.
    void share_axes(const std::shared_ptr<const geo::OrderedGrid>& axes);
    /// Throws DataError if the file on disk is no longer the one that was opened.
    virtual void check_unchanged() const = 0;

protected:
    std::string shown_, format_;
    std::vector<NcAttribute> attributes_;
    std::vector<InputField> fields_;
    std::vector<OtherVariable> others_;
};

/// A file as it lies on disk: where it is, what messages call it, and its state when it was looked at. An address has
/// no state, and neither has the private copy of a member of an archive.
struct InputPath {
    std::string path, shown;
    std::optional<FileState> state;
};

/// A netCDF file; throws DataError if it cannot be understood as a whole, but not for a variable in it.
std::unique_ptr<InputFile> open_netcdf_input(const InputPath& path);

/// A file of GRIB messages on regular grids, through ecCodes. Throws DataError in a build without it.
std::unique_ptr<InputFile> open_grib_input(const InputPath& path);

} // namespace gwsd::io
