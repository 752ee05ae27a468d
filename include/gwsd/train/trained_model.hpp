#pragma once

#include <memory>
#include <string>

#include "gwsd/data/batch.hpp"
#include "gwsd/models/downscaler.hpp"
#include "gwsd/train/config.hpp"

namespace gwsd::train {

/// Everything that a trained network needs to be applied to other data, as a .gwsd file (safetensors layout) holds it.
struct TrainedModel {
    models::DownscalerConfig network;
    std::vector<std::pair<std::string, Tensor<float>>> parameters; ///< by name, in the network's order (EMA if used)
    data::InputSpec input;
    data::Normalisation normalisation;
    std::string quantity = "gwsa";                            ///< that was learnt
    std::string truth_mode;                                   ///< "reference" or "scale_shift"
    std::string config;                                       ///< effective configuration, TOML
    std::string train_period, validation_period, test_period; ///< as used, "YYYY-MM:YYYY-MM"; test may be empty
    std::string holdout_regions;                              ///< "W,S,E,N;W,S,E,N", empty: none
    double holdout_buffer = 0;
    double variance_scale = 1; ///< predicted variance times this has the validation error's size (recalibration)
    bool leakage_allowed = false, synthetic = false;
    std::string sources; ///< JSON of the training cube's inputs
    std::string hash;    ///< model_hash, set when loaded or saved
};

/// Atomic; throws CannotCreate, IoError.
void save_model(const std::string& path, TrainedModel& model, bool overwrite);
/// Throws InputMissing, DataError for a file that is not such a model or not whole.
TrainedModel load_model(const std::string& path);

/// Trains on a cube and writes a run folder: best.gwsd, last checkpoints, metrics.csv, run.json, config.toml, loss
/// curve. Throws StoppedEarly after a signal when all is saved. `resume` is "auto", "never" or a checkpoint's path.
struct TrainOptions {
    Config config;
    std::string cube, output;
    std::string resume = "never";
    std::uint64_t seed = 1;
    bool overwrite = false;
};
struct TrainSummary {
    std::string model; ///< path of best.gwsd
    Index epochs = 0, steps = 0;
    double best_loss = 0, seconds = 0;
};
TrainSummary train(const TrainOptions& options);

} // namespace gwsd::train
