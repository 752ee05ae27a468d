#pragma once

#include "gwsd/models/downscaler_config.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::train {

/// Estimate of the memory in bytes that training steps take: values kept for the backward pass, gradients on the way,
/// weights with moments and average, and the batches that are made ahead. Fields of the cube are not counted.
double training_bytes(const models::DownscalerConfig& network, const Config& config);

} // namespace gwsd::train
