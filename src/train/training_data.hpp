#pragma once

#include <memory>
#include <string>
#include <vector>

#include "gwsd/data/first_guess.hpp"
#include "gwsd/data/leakage.hpp"
#include "gwsd/data/samples.hpp"
#include "gwsd/data/splits.hpp"
#include "gwsd/data/target.hpp"
#include "gwsd/io/scratch.hpp"
#include "gwsd/losses/loss_input.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::train {

/// Inputs and targets of some samples.
struct Sampled {
    data::Batch inputs;
    data::TargetBatch targets;
};

/// All that training takes from a cube: views, splits, masks, constants and samples.
struct TrainingData {
    std::string truth_mode; ///< "reference" or "scale_shift"
    data::InputSpec input;
    data::Splits splits;
    std::vector<char> usable; ///< fine cells: 1 where a target counts (land outside of holdout regions)
    data::Normalisation normalisation;
    std::shared_ptr<const data::FirstGuess> first_guess; ///< null: the network starts from the interpolation
    std::shared_ptr<const data::BatchMaker> maker;       ///< reads nothing but readable steps
    std::shared_ptr<const data::TargetMaker> targets;
    std::vector<data::Tile> train, validation;
    std::vector<Index> train_steps; ///< with a target, a satellite field and enough of a window
    Index group_steps = 0;          ///< of an epoch's order, see data::DrawOptions

    Sampled sample(std::span<const data::Tile> tiles) const;
};

/// Reads the training months once or twice; may take minutes for a global cube, with progress. Throws ConfigError (78)
/// for periods, tiles and loss terms that the cube cannot serve, DataError (65) for a cube without a truth.
/// `fields`: what of the cube's fields stays in memory, and where the others go.
TrainingData prepare_training(std::shared_ptr<const io::FieldSource> cube, const Config& config, std::uint64_t seed,
                              io::ScratchOptions fields = {});

/// The verdict of the leakage guard on training months; throws DataError unless `allowed`, else warns.
data::LeakageVerdict guard_against_leakage(const TrainingData& data, bool allowed);

/// What the loss terms read for a prediction of `sampled`.
losses::LossInput<float, Cpu> loss_input(const TrainingData& data, const Sampled& sampled,
                                         const models::Prediction<float>& prediction, Index region_size);

/// The network's sizes: the preset, what the configuration changes of it, and the channels of the inputs.
models::DownscalerConfig network_config(const Config& config, const data::InputSpec& input);

} // namespace gwsd::train
