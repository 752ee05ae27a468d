#pragma once

#include <string>

#include "gwsd/core/progress.hpp"
#include "gwsd/data/statistics.hpp"
#include "train/stop_signal.hpp"

namespace gwsd::train {

/// Draws "reading the training months" as fields are read, and stops at a signal.
class ReadingProgress {
public:
    ReadingProgress(std::string title, Index fields) : progress_(std::move(title), fields) {}
    data::Checkpoint checkpoint()
    {
        return [this] {
            StopSignals::throw_if_requested();
            progress_.update(done_++);
        };
    }

private:
    Progress progress_;
    Index done_ = 0;
};

} // namespace gwsd::train
