#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "gwsd/optim/schedule.hpp"
#include "train/event_file.hpp"
#include "train/run_folder.hpp"
#include "train/run_state.hpp"
#include "train/validation.hpp"

namespace gwsd::train {

/// A training run: epochs of steps over drawn samples, each followed by a validation, until the last epoch or until
/// `patience` epochs brought nothing better. What it has reached is in the folder after every epoch and, every
/// checkpoint_minutes, within one.
class Trainer {
public:
    /// `data`: what prepare_training() made of the cube; `info`: of the cube. Throws as train() does.
    Trainer(const TrainOptions& options, std::shared_ptr<const TrainingData> data, const io::CubeInfo& info,
            const RunFolder& folder);

    /// Goes on from a checkpoint of the same run.
    void resume(const io::Checkpoint& checkpoint);
    /// Runs to the end. Throws StoppedEarly when a signal came and all is saved, NumericalError when too many steps in
    /// a row gave no finite gradient.
    TrainSummary run();
    /// The run is over, and best.gwsd has this hash.
    void end(const std::string& model_hash);

    /// run.json: what the run is, how far it came, and `status`.
    void write_record(const std::string& status) const;

private:
    void announce() const;
    void train_epoch();
    void log_step(const StepOutcome& outcome, std::span<const data::Tile> tiles);
    void skip_step(std::span<const data::Tile> tiles);
    void end_epoch();
    void keep_best(const Validation& validation);
    Figures epoch_figures(const Validation& validation) const;
    void save_checkpoint();
    void save_if_due();
    [[noreturn]] void stop();
    bool is_over() const; ///< at the end of an epoch
    double ramp() const;
    double seconds() const;
    std::string time_left() const;

    TrainOptions options_;
    const Config& config_;
    const RunFolder& folder_;
    std::shared_ptr<const TrainingData> held_;
    const TrainingData& data_;
    losses::WeightedLoss loss_;
    std::unique_ptr<Learner> learner_;
    TrainedModel about_; ///< all of the model but its parameters
    data::LeakageVerdict leakage_;
    Index samples_, steps_an_epoch_;
    optim::CosineSchedule rate_;
    Position position_;
    std::string best_hash_;
    std::optional<EventFile> events_;
    std::chrono::steady_clock::time_point started_, saved_;
    double seconds_before_ = 0; ///< of earlier parts of the run
    Index steps_before_ = 0;
};

} // namespace gwsd::train
