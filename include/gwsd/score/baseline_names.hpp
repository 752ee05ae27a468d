#pragma once

#include <string>
#include <vector>

namespace gwsd::score {

/// What predictions are compared with, in the order of tables (docs/explanations/baselines.md), whether or not this
/// build has the libraries that they need.
const std::vector<std::string>& baseline_names();

/// Throws UsageError, with "did you mean", for a name that no baseline has; DeviceUnavailable for a baseline whose
/// library this build has not.
void check_baselines(const std::vector<std::string>& names);

/// "1.7.4": of the library that grows the boosted trees, or "not built in".
std::string xgboost_version();

} // namespace gwsd::score
