#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"

namespace gwsd::io {

/// What a cube holds; written into the file as dimensions, variables and attributes, so that the file explains itself.
struct CubeInfo {
    geo::Grid coarse, fine; ///< fine = refine(coarse, factor)
    Index factor = 4;
    geo::TimeAxis time;                  ///< every calendar month of the period, or instants
    std::string quantity = "gwsa";       ///< "gwsa" or "twsa": names of outputs follow it
    std::string unit = "mm";             ///< of coarse field, reference and outputs
    std::string baseline = "unknown";    ///< of the given coarse field
    std::vector<std::string> predictors; ///< monthly predictors, e.g. tp swvl1 t2m sp
    std::vector<std::string> predictor_units;
    std::vector<std::string> statics; ///< static fine fields beside land_fraction
    bool has_given = false;           ///< coarse field as the user gave it (--gwsa)
    bool has_sigma = false;           ///< its 1-sigma
    bool has_reference = false;       ///< fine truth and the GRACE operator's view of it
    bool synthetic = false;           ///< made from the built-in world: outputs say so
    std::string sources = "[]";       ///< JSON: path, bytes, xxh3 and role of each input file
    std::string history;
};

/// A cube is read one whole field at a time; a field is rows * cols floats, south to north, NaN where missing.
/// Variables (t is a step of time()):
///   coarse, per step:  "gwsa" (given), "gwsa_sigma", "gwsa_operator" (operator's view of the reference, without noise
///                      unless asked at prepare), "<predictor>_coarse"
///   fine, per step:    "reference", "<predictor>"
///   coarse, static:    "land_fraction_coarse";  fine, static: "land_fraction", and the names in info().statics
/// An absent step of "gwsa" is all NaN.
class FieldSource {
public:
    virtual ~FieldSource() = default;
    virtual const CubeInfo& info() const = 0;
    /// The field, shared and read-only; t is ignored for statics. Safe to call from several threads.
    /// Throws DataError if the cube has no such variable.
    virtual std::shared_ptr<const std::vector<float>> field(const std::string& variable, Index t) const = 0;
};

/// Opens a cube: a netCDF-4 file, or a folder with one file a year. Keeps at most `cache_bytes` of fields in memory.
std::shared_ptr<FieldSource> open_cube(const std::string& path, std::size_t cache_bytes = std::size_t{512} << 20);

/// Writes a cube step by step, so that a global one needs little memory. Nothing appears at `path` before finish().
class CubeWriter {
public:
    virtual ~CubeWriter() = default;
    virtual void write_static(const std::string& variable, std::span<const float> field) = 0;
    /// Steps must come in order; a variable not written at a step is missing there.
    virtual void write(const std::string& variable, Index t, std::span<const float> field) = 0;
    virtual void finish() = 0;
};

/// `path` ending in .nc gives one file, otherwise a folder with a file a year. Throws CannotCreate if it exists and
/// `overwrite` is false.
std::unique_ptr<CubeWriter> create_cube(const std::string& path, const CubeInfo& info, bool overwrite);

} // namespace gwsd::io
