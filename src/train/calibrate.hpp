#pragma once

#include "gwsd/train/predictor.hpp"
#include "gwsd/train/trained_model.hpp"
#include "train/error_ratios.hpp"
#include "train/training_data.hpp"

namespace gwsd::train {

/// Measures the errors of trained networks on validation months, and makes a recalibration of them.
class Calibrator {
public:
    /// Reads the predictors that make climate zones, over the training months. `seed` draws the networks of
    /// calibration.dropout_samples.
    Calibrator(std::shared_ptr<const TrainingData> data, const Config& config, std::uint64_t seed);

    /// Errors of the model that is calibrated: in the places that it was trained on, and there once more as if they had
    /// not been seen, where the first guess can say what such places are told. Throws StoppedEarly at a signal.
    void measure(const TrainedModel& model);

    /// Errors of a network, trained on `data`, in cells that it has not seen (fine cells). They replace those of places
    /// that were only told. Since a fold's network is trained for a shorter time on less, its ratios are taken relative
    /// to its own in places that it has seen.
    void add_fold(const TrainedModel& model, const TrainingData& data, const std::vector<char>& unseen);

    Recalibration fit() const;

private:
    void add(const Predictor& predict, const TrainingData& data, const data::TargetMaker& targets,
             std::span<const data::Tile> tiles, Place place, double scale, GroupedErrors& errors) const;

    std::shared_ptr<const TrainingData> data_;
    const Config& config_;
    DropoutSamples samples_;
    Recalibration groups_;           ///< zones and extent; no factors yet
    std::vector<std::uint8_t> zone_; ///< of each fine cell
    GroupedErrors errors_;
    Index folds_ = 0;
};

} // namespace gwsd::train
