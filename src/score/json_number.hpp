#pragma once
#include <cmath>
#include <nlohmann/json.hpp>

namespace gwsd::score {

using Json = nlohmann::ordered_json;

/// null where there is no number: JSON has no NaN.
inline Json number(double value) { return std::isfinite(value) ? Json(value) : Json(nullptr); }

} // namespace gwsd::score
