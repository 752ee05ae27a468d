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
    double low = 0, high = 0; ///< plausible values in that unit; low == high: no such range
};

/// Unknown names are generic. "gwsa", "tws" and "reference" are storage.
Quantity quantity_of(const std::string& name);

/// Which of tp, swvl1, t2m, sp, gwsa, tws a field is by its names and attributes; empty if none.
std::string recognise(const InputField& field);

/// True for products of total water storage: by name (twsa, tws, lwe_thickness) and long name.
bool is_tws(const InputField& field);

/// Position of the field that holds a quantity, or that is named `variable` where this is given; -1 if the file has
/// none. Throws DataError, listing the candidates, if two fit equally well.
int find_field(const InputFile& file, const std::string& quantity, const std::string& variable);

/// Position of the field with the 1-sigma of fields()[of]; -1 if there is none.
int find_sigma(const InputFile& file, std::size_t of);

/// "no variable for 'tp' (usual names: tp, total_precipitation, ..); it has: t2m [K], d2m [K]".
std::string not_found_text(const InputFile& file, const std::string& quantity, const std::string& variable);

} // namespace gwsd::io
