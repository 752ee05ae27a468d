#pragma once

#include <string>

#include "gwsd/io/units.hpp"
#include "io/input_file.hpp"
#include "io/quantity.hpp"

namespace gwsd::io {

/// How the values of one file become internal ones.
struct SeriesUnits {
    std::string unit; ///< of the result
    UnitConversion conversion;
    bool per_day = false; ///< multiply by the days of the month as well
    std::string note;     ///< what was decided, for the user
};

/// Throws DataError naming file, variable, expected and found unit if they do not convert, if there is none and
/// `assume` is empty, and for precipitation of which nothing tells whether it is a total or a mean a day.
SeriesUnits series_units(const InputFile& file, const InputField& field, const Quantity& quantity,
                         const std::string& assume);

} // namespace gwsd::io
