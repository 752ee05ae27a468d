#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/data/batch.hpp"
#include "gwsd/data/first_guess.hpp"
#include "gwsd/io/checkpoint.hpp"
#include "gwsd/io/scratch.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/train/config.hpp"
#include "gwsd/train/recalibration.hpp"

namespace gwsd::train {

/// Everything that a trained network needs to be applied to other data, as a .gwsd file (safetensors layout) holds it.
struct TrainedModel {
    models::DownscalerConfig network;
    std::vector<std::pair<std::string, Tensor<float>>> parameters; ///< by name, in the network's order (EMA if used)
    /// Of the further networks of an ensemble, each as `parameters` has them; empty for a single network.
    std::vector<std::vector<std::pair<std::string, Tensor<float>>>> others;
    data::InputSpec input;
    data::Normalisation normalisation;
    data::FirstGuess::Weights place; ///< of the regression at each place; without cells if there is none
    std::string quantity = "gwsa";   ///< that was learnt
    std::string truth_mode;          ///< "reference" or "scale_shift"
    std::string config;              ///< effective configuration, TOML
    std::string train_period, validation_period, test_period; ///< as used, "YYYY-MM:YYYY-MM"; test may be empty
    std::string holdout_regions;                              ///< "W,S,E,N;W,S,E,N", empty: none
    double holdout_buffer = 0;
    double resolution = 0;     ///< degrees of latitude of a coarse cell in training; 0: not known
    double variance_scale = 1; ///< mean (error / sigma)^2 on validation; corrects models without a recalibration
    std::optional<Recalibration> recalibration; ///< none: before calibration, and in files of earlier versions
    bool leakage_allowed = false, synthetic = false;
    /// Sub-grid R2 that interpolations of the input reach on training months: above 0.995 the target holds nothing to
    /// learn (SPEC 6). NaN if it was not computed.
    double bilinear_subgrid_r2 = std::numeric_limits<double>::quiet_NaN();
    double bicubic_subgrid_r2 = std::numeric_limits<double>::quiet_NaN();
    std::string sources; ///< JSON of the training cube's inputs
    std::string hash;    ///< model_hash, set when loaded or saved
};

/// Atomic; sets model.hash; throws CannotCreate, IoError.
void save_model(const std::string& path, TrainedModel& model, bool overwrite);
/// Reads a model, or the model that a checkpoint of a run holds. Throws InputMissing, and DataError for a file that is
/// not such a model or not whole.
TrainedModel load_model(const std::string& path);
/// The same as the content of a file, to which a checkpoint adds its own arrays: parameters are "model.NAME".
io::Checkpoint to_checkpoint(const TrainedModel& model);
/// `path` stands for the file in messages. Throws DataError.
TrainedModel from_checkpoint(const io::Checkpoint& checkpoint, const std::string& path);
/// The k-th network of an ensemble, 0 the first, as a model of its own.
TrainedModel member(const TrainedModel& model, std::size_t k);
/// The network with the model's parameters, the first of an ensemble. Throws DataError if they are not those of its
/// configuration.
template <class Device = Cpu>
models::Downscaler<float, Device> make_network(const TrainedModel& model);

/// Trains on a cube and writes a run folder: best.gwsd, last checkpoints, metrics.csv, run.json, config.toml, loss
/// curve; with train.members the further networks in members/, with train.calibration_folds those of the folds in
/// folds/. At the end best.gwsd holds all members and the recalibration. Throws StoppedEarly after a signal when all is
/// saved. `resume` is "auto", "never" or a checkpoint's path.
struct TrainOptions {
    Config config;
    std::string cube, output;
    std::string resume = "never";
    std::uint64_t seed = 1;
    bool overwrite = false;
    /// Of a cube's fields that stay in memory; what is more goes to data.scratch. Where a few months fill it, an epoch
    /// takes its samples from a few months at a time: another number is another order of samples, so a run must go on
    /// with its own.
    std::size_t field_bytes = io::ScratchOptions{}.memory_bytes;
};
struct TrainSummary {
    std::string model; ///< path of best.gwsd
    Index epochs = 0, steps = 0;
    double best_loss = 0, seconds = 0;
};
TrainSummary train(const TrainOptions& options);
/// The same on a cube that is open already, or in memory; options.cube only names it.
TrainSummary train(const TrainOptions& options, std::shared_ptr<const io::FieldSource> cube);

} // namespace gwsd::train
