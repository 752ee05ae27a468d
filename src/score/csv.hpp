#pragma once

#include <string>
#include <vector>

namespace gwsd::score {

/// A CSV file with a header (RFC 4180: quoted fields, CRLF or LF, a byte-order mark is skipped); all rows have the
/// header's number of fields.
struct CsvTable {
    std::string path;
    std::vector<std::string> header;
    std::vector<std::vector<std::string>> rows;

    /// Position of a column, without regard to case; -1 if there is none.
    int column(const std::string& name) const;
    /// Throws DataError naming the file and its columns.
    int required_column(const std::string& name) const;
    /// The number in a field, NaN where it is empty, "NaN" or "NA". Throws DataError naming file, line and column.
    double number(std::size_t row, int column) const;
};

/// Throws InputMissing, PermissionError, DataError naming file and line.
CsvTable read_csv(const std::string& path);

} // namespace gwsd::score
