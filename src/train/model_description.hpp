#pragma once

#include <nlohmann/json_fwd.hpp>

#include "gwsd/data/batch.hpp"
#include "gwsd/models/downscaler.hpp"

namespace gwsd::train {

/// The network's sizes and the input's channels as the model file states them, and read back. Reading throws DataError
/// for a size out of bounds, nlohmann::json::exception for a key that is absent or of another type.
nlohmann::json network_json(const models::DownscalerConfig& config);
models::DownscalerConfig network_from(const nlohmann::json& description);
nlohmann::json input_json(const data::InputSpec& input);
data::InputSpec input_from(const nlohmann::json& description);

/// The whole number 1 to `largest` at `key`: a size out of bounds would only fail after a vain request for memory.
Index bounded(const nlohmann::json& from, const char* key, Index largest);

/// JSON has no NaN: null stands for it.
nlohmann::json number_json(double value);
double number_from(const nlohmann::json& value);

} // namespace gwsd::train
