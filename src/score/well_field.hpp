#pragma once

#include <string>
#include <vector>

#include "gwsd/geo/grid.hpp"
#include "score/well_data.hpp"

namespace gwsd::score {

/// A cell that holds wells.
struct WellCell {
    Index row = 0, col = 0;
    double area = 0;
    std::vector<std::size_t> wells; ///< in WellTable::wells
    MonthlySeries field;            ///< mm, or the field's own dimensionless unit
};

/// The field where wells are.
struct WellField {
    std::string description, unit;
    bool gridded = true;  ///< false: one series stands for all cells
    bool is_water = true; ///< in mm; false: dimensionless, so that amounts of water cannot be compared
    geo::Grid grid;       ///< of the cells
    std::vector<WellCell> cells;
    Index outside = 0;        ///< wells that lie outside the grid
    Index without_value = 0;  ///< wells in cells that never have a value
    Index without_coarse = 0; ///< wells in cells without a month in common with the coarse product
};

/// Reads the field at the cells of the wells. Throws InputMissing, DataError.
WellField read_well_field(const WellsOptions& options, const WellTable& table);

/// The product of --coarse at the centres of the field's cells, in the same cells, so that both meet the same wells.
/// Both keep the months that both have, and cells without any go from both. Throws InputMissing, DataError: also if one
/// is water and the other is not, or if they share no month.
WellField read_coarse_field(const WellsOptions& options, WellField& field);

} // namespace gwsd::score
