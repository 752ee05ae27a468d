#pragma once

#include "train/training_data.hpp"

namespace gwsd::train {

/// Whether the network starts from a regression at each place: that needs a truth at each place, predictors, and a past
/// of `steps` months. Throws ConfigError if one is asked for and cannot be.
bool wants_first_guess(const Config& config, const TrainingData& data, const std::vector<Index>& steps);

/// What each place's past tells, from the training steps with a truth; null if no cell could learn.
std::shared_ptr<const data::FirstGuess> learn_places(const TrainingData& data, const io::FieldSource& cube,
                                                     const std::vector<Index>& steps);

} // namespace gwsd::train
