#pragma once

#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace gwsd::io {

/// What a name of SeriesOptions::quantity means.
struct Quantity {
    enum class Kind { storage, precipitation, soil_moisture, temperature, pressure, generic };
    Kind kind = Kind::generic;
    std::string unit;         ///< internal unit; empty: the file's own is kept
    double low = 0, high = 0; ///< what can be in that unit; low == high: not known
};

/// Unknown names are generic. "gwsa", "tws" and "reference" are storage.
Quantity quantity_of(const std::string& name);

/// Which of tp, swvl1, t2m, sp, gwsa, tws a field is by its names and attributes; empty if none.
std::string recognise(const InputField& field);

/// True for products of total water storage: by name (twsa, tws, lwe_thickness) and long name.
bool is_tws(const InputField& field);

/// A field found for a quantity.
struct FieldMatch {
    int index = -1;        ///< in InputFile::fields(); -1: none
    bool fallback = false; ///< total water storage where groundwater was looked for, or a guess by unit
};

/// The field that holds a quantity, or that is named `variable` where this is given. Throws DataError, listing the
/// candidates, if two fit equally well.
FieldMatch find_field(const InputFile& file, const std::string& quantity, const std::string& variable);

/// Position of the field with the 1-sigma of fields()[of]; -1 if there is none.
int find_sigma(const InputFile& file, std::size_t of);

/// "no variable for 'tp' (usual names: tp, total_precipitation, ..); it has: t2m [K], d2m [K]".
std::string not_found_text(const InputFile& file, const std::string& quantity, const std::string& variable);

} // namespace gwsd::io
