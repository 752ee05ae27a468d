#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace gwsd::io {

/// The attributes of shapes: text for each shape and field.
struct ShapeTable {
    struct Field {
        std::string name;
        bool text = false; ///< not a number or a date
    };
    std::vector<Field> fields;
    std::vector<std::vector<std::string>> rows; ///< empty text: no value
};

/// Reads a dBASE III table. Texts that are not UTF-8 are taken for Latin-1. Throws DataError for a damaged file.
ShapeTable read_dbf(const std::string& path);

/// Which field names the shapes: `wanted`, or the one that looks most like a name; -1 if there is no field at all.
/// Throws DataError, listing the fields of `path`, if `wanted` is not among them.
int name_column(const ShapeTable& table, const std::string& wanted, const std::string& path);

} // namespace gwsd::io
