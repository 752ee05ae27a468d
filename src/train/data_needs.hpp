#pragma once

#include <string>

#include "train/training_data.hpp"

namespace gwsd::train {

/// Fields of a cube that stay in memory while training runs.
constexpr std::size_t field_budget = std::size_t{768} << 20;

/// Bytes of all fields of one step that training reads, on the fine grid.
double step_bytes(const TrainingData& data, const io::FieldSource& cube);

/// Says what of memory and disk the fields need, where they do not fit in memory. `scratch_folder` empty: no file.
void announce_needs(const TrainingData& data, const io::FieldSource& cube, const std::string& scratch_folder);

/// Bytes that learning the first guess holds at its end: sums of one regression, weights of all.
double place_learning_bytes(std::size_t cells, std::size_t features);

} // namespace gwsd::train
