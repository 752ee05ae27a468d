#pragma once

#include <string>

namespace gwsd::io {

/// value in the new unit = scale * value in the old unit + offset.
struct UnitConversion {
    double scale = 1, offset = 0;
    bool is_identity() const { return scale == 1 && offset == 0; }
    double operator()(double value) const { return scale * value + offset; }
};

/// Conversion through UDUNITS-2, which knows cm, "m**3 m**-3", degC, hPa and the like. Words such as "EWH" or "water
/// equivalent" behind a length are left out; a mass of water per area is its height (1 kg m-2 = 1 mm). Throws DataError
/// naming both units if they do not convert or one is not known.
UnitConversion unit_conversion(const std::string& from, const std::string& to);

/// True if the text is a unit, and converts.
bool units_convertible(const std::string& from, const std::string& to);

/// True for 1, %, (0 - 1), fraction, m3 m-3 and other units of a pure number.
bool is_dimensionless(const std::string& unit);

} // namespace gwsd::io
