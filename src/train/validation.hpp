#pragma once

#include "gwsd/losses/weighted_loss.hpp"
#include "train/learner.hpp"
#include "train/metrics_file.hpp"
#include "train/training_data.hpp"

namespace gwsd::train {

/// Scores of the network on the validation samples.
struct Validation {
    /// What early stopping and the choice of the best epoch look at: the CRPS of the Gaussian prediction in the
    /// target's unit, a proper score of mean and spread; with data term mse, which learns no spread, the mean absolute
    /// error, to which it reduces there.
    double criterion = 0;
    /// Mean of (error / predicted sigma)^2: predicted variance times this has the error's size.
    double variance_scale = 1;
    double mae = 0, base_mae = 0;         ///< of the prediction, and of the interpolation it starts from
    std::vector<losses::TermValue> terms; ///< means over the samples, the data term first
    Figures figures;                      ///< all, for the log
    bool complete = false;                ///< false if a signal came in between
};

/// Runs the network over all validation samples, with the loss weights at their full size.
Validation validate(const Learner& learner, const TrainingData& data, const losses::WeightedLoss& loss,
                    const Config& config);

} // namespace gwsd::train
