#pragma once

#include "train/training_data.hpp"

namespace gwsd::train {

/// Bytes of all fields of one step that training reads, on the fine grid.
double step_bytes(const TrainingData& data, const io::FieldSource& cube);

/// Says what of memory and disk the fields need, where they do not fit in memory.
void announce_needs(const TrainingData& data, const io::FieldSource& cube, const io::ScratchOptions& fields);

/// Bytes that learning the first guess holds at its end: sums of one regression, weights of all.
double place_learning_bytes(std::size_t cells, std::size_t features);

} // namespace gwsd::train
