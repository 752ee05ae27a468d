#pragma once

#include <optional>
#include <string>
#include <vector>

#include "gwsd/geo/calendar.hpp"
#include "gwsd/io/output.hpp"
#include "io/output_sink.hpp"

namespace gwsd::io {

/// "Groundwater storage anomaly as liquid water equivalent thickness", after quantity and unit.
std::string long_name(const OutputInfo& info);
std::string lower_first(std::string text);

/// The days of "2004-01-01/2009-12-31" or "2004-01/2009-12"; nothing if the text is no period.
std::optional<geo::Period> baseline_period(const std::string& text);

/// Global attributes after CF and ACDD-1.3; those of info.attributes with the same name win, others follow.
std::vector<plan::Attribute> global_attributes(const OutputInfo& info, const std::string& title);

/// Names that global_attributes() computes from grid, time and clock.
bool is_computed_attribute(const std::string& name);

} // namespace gwsd::io
