#pragma once

#include <functional>
#include <memory>
#include <span>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/io/inspect.hpp"
#include "io/input_file.hpp"

namespace gwsd::io {

void describe_grid(const geo::Grid& grid, FieldReport& report);
void describe_time(const geo::TimeAxis& axis, bool has_time, FieldReport& report);

/// Range, mean and missing share of as many steps as hold `most_values`, evenly spread.
void describe_values(const geo::Grid& grid, Index steps, std::int64_t most_values,
                     const std::function<void(Index, std::span<float>)>& read, FieldReport& report);

/// Takes file->fields()[index] as open_series would, and reads it. A refusal becomes FieldReport::problem.
FieldReport inspect_field(const std::shared_ptr<InputFile>& file, std::size_t index, const InspectOptions& options);

} // namespace gwsd::io
