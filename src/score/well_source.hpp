#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/io/series.hpp"
#include "score/well_data.hpp"

namespace gwsd::score {

/// A field that wells are compared with: a gridded file, or a CSV series that stands for every place.
struct FieldSource {
    std::string description, unit;
    bool is_water = true;               ///< in mm; false: dimensionless, so that amounts of water cannot be compared
    double factor = 1;                  ///< from the file's unit
    std::unique_ptr<io::Series> series; ///< of a gridded file
    MonthlySeries everywhere;           ///< of a CSV file

    bool gridded() const { return series != nullptr; }
    /// Position of the cell that holds a place, row * cols + col, at any turn of longitude; -1 outside the grid.
    Index cell_at(double lat, double lon) const;
    /// Monthly series of cells, read one step at a time; several steps of a month are averaged. A CSV series is that of
    /// every cell.
    std::vector<MonthlySeries> read(const std::vector<Index>& cells) const;
};

/// FILE, FILE:VARIABLE or FILE.csv[:COLUMN], whose unit is then `csv_unit`. Throws InputMissing, DataError.
FieldSource open_source(const std::string& text, const std::string& csv_unit);

/// The cell of a grid that holds a place, as FieldSource::cell_at.
Index cell_at(const geo::Grid& grid, double lat, double lon);

} // namespace gwsd::score
