#pragma once

#include <string>
#include <variant>
#include <vector>

#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// An attribute that is carried from file to file: text or one number.
struct FieldAttribute {
    std::string name;
    std::variant<std::string, double> value;
};

/// A field as its file tells of it, without its values.
struct FieldDescription {
    std::string name;  ///< as open_series takes it: "/group/name" inside groups
    std::string unit;  ///< as the file writes it, "1" where it writes none
    geo::Grid grid;    ///< in canonical order
    std::string sigma; ///< name of the 1-sigma field beside it; empty: none
    /// What stays true on another grid: long_name, standard_name, cell_methods, ...; not packing, fill values, valid
    /// ranges and names of other variables.
    std::vector<FieldAttribute> attributes;
    std::vector<FieldAttribute> file_attributes; ///< title, institution, source, references, comment, license, history

    /// The name without groups.
    std::string short_name() const { return name.substr(name.rfind('/') + 1); }
};

/// Describes `variable` of a file (PATH or PATH:VARIABLE); without a name the only field that belongs to no other as
/// its uncertainty or area. Throws DataError, listing the fields, if there is none or more than one; InputMissing,
/// PermissionError.
FieldDescription describe_field(const std::string& file, const std::string& variable = {});

} // namespace gwsd::io
