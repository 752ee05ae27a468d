#pragma once

#include <string>
#include <vector>

#include "io/input_file.hpp"

namespace gwsd::io {

/// Which dimension of a netCDF variable is what; -1 where there is none.
struct FieldShape {
    int lat = -1, lon = -1, time = -1, expver = -1;
};

/// Finds the axes of variables of one file from attributes, names and shapes, and keeps them for those that follow.
class FieldAxes {
public:
    explicit FieldAxes(NcFile& file) : file_(file) {}

    /// Fills axes, steps and notes of `field`. Throws DataError, without file name, if the variable is no field on a
    /// regular grid of latitude and longitude.
    FieldShape describe(const NcVariable& variable, InputField& field);

private:
    enum class Role { none, lat, lon, time, expver };
    Role role_of(const NcVariable& coordinate) const;
    const NcVariable* coordinate_of(const NcVariable& variable, const NcDimension& dimension, Role& role);
    std::shared_ptr<const geo::OrderedGrid> grid(const NcVariable& lat, const NcVariable& lon, bool transposed);
    std::vector<InputStep> steps(const NcVariable& time);
    std::vector<std::string> expver_texts(const NcVariable& expver);

    struct KnownGrid {
        const NcVariable* lat;
        const NcVariable* lon;
        bool transposed;
        std::shared_ptr<const geo::OrderedGrid> axes;
    };
    NcFile& file_;
    std::vector<KnownGrid> grids_;
    std::vector<std::pair<const NcVariable*, std::vector<InputStep>>> times_;
};

} // namespace gwsd::io
