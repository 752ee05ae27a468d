#pragma once

#include <limits>
#include <string>
#include <vector>

#include "gwsd/io/checkpoint.hpp"
#include "gwsd/train/trained_model.hpp"
#include "train/learner.hpp"

namespace gwsd::train {

/// A run that went on with more epochs than it began with.
struct Extension {
    Index epochs = 0;     ///< train.epochs until then
    Index after_step = 0; ///< steps done when it grew
};

/// Where a run is; with weights, averages and moments of a checkpoint it decides every bit that follows.
struct Position {
    Index epoch = 0;                                       ///< epochs that are over, validation included
    Index step = 0;                                        ///< steps done in the epoch that runs
    Index steps = 0;                                       ///< steps done in all
    double best = std::numeric_limits<double>::infinity(); ///< least validation criterion so far
    Index best_epoch = 0;                                  ///< epoch that reached it, counted from 1
    Index stale = 0;                                       ///< epochs since
    double variance_scale = 1;                             ///< of the last validation
    Index skipped = 0, skipped_in_a_row = 0;               ///< steps with a loss or gradient that is not finite
    std::vector<double> sums;                              ///< of the epoch's log, see EpochLog
    double seconds = 0;                                    ///< of work, over all parts of the run
    bool finished = false;
    std::vector<Extension> extensions; ///< in the order in which they came

    std::string to_json() const;
    static Position from_json(const std::string& text); ///< throws DataError
};

/// A checkpoint: the model, which can be applied as it is, and under "state." all that a resumed run needs.
io::Checkpoint to_checkpoint(const TrainedModel& about, const Learner& learner, const Position& position,
                             std::uint64_t seed);

/// Puts weights, averages and moments back and returns the position. Throws DataError for a checkpoint of another
/// network, and ConfigError or DataError naming the difference for one of another configuration, seed or cube.
/// train.epochs may have grown since: the position says where.
Position restore(const io::Checkpoint& checkpoint, const TrainedModel& about, Learner& learner, std::uint64_t seed);

} // namespace gwsd::train
