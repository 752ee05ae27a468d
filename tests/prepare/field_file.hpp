#pragma once

#include <functional>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/geo/grid.hpp"
#include "io/output_grid.hpp"
#include "io/output_sink.hpp"

namespace gwsd::test {

/// A variable of a small CF file: its value at (step, row, col), and attributes beside units.
struct FieldOfFile {
    std::string name, units, long_name;
    std::function<float(Index, Index, Index)> value;
};

/// Writes fields over a regular grid and months or instants; a file without steps holds static fields.
inline std::string write_fields(const std::string& path, const geo::Grid& grid, const geo::TimeAxis& time,
                                const std::vector<FieldOfFile>& fields)
{
    io::plan::File plan;
    plan.dimensions.push_back({"nv", 2, false});
    const bool steps = time.size() > 0;
    if (steps) io::add_time(plan, time);
    io::add_grid(plan, grid);
    for (const FieldOfFile& field : fields) {
        plan.variables.push_back(io::field_variable(field.name, grid, steps));
        plan.variables.back().attributes = {
            {"units", field.units}, {"long_name", field.long_name}, {"_FillValue", io::fill_value}};
    }
    const auto sink = io::create_netcdf(path, plan, true);
    for (const FieldOfFile& field : fields)
        for (Index t = steps ? 0 : -1; t < (steps ? time.size() : 0); ++t) {
            std::vector<float> values;
            for (Index r = 0; r < grid.rows(); ++r)
                for (Index c = 0; c < grid.cols(); ++c) values.push_back(field.value(std::max<Index>(t, 0), r, c));
            sink->put(plan.index(field.name), t, std::as_bytes(std::span<const float>(io::with_fill(values))));
        }
    sink->finish();
    return path;
}

inline geo::TimeAxis months(const std::string& period)
{
    const geo::Period p = geo::Period::parse(period);
    return geo::TimeAxis::months(p.first_month(), p.last_month());
}

} // namespace gwsd::test
