#pragma once

#include <atomic>

namespace gwsd {

/// Thrown between two steps of long work (Progress::update) when a signal has asked for an end, so that what is being
/// written is removed on the way out. No std::exception: nothing that answers to a failure shall answer to this.
struct Interrupted {
    int signal;
};

/// The signal that asked, or 0. A program sets it in a handler of its own; gwsd's library only reads it.
inline constinit std::atomic<int> interrupting_signal{0};

/// Pieces of long work under way, which will look at it before long.
inline constinit std::atomic<int> interruptible_work{0};

/// One of them.
struct InterruptibleWork {
    InterruptibleWork() { ++interruptible_work; }
    ~InterruptibleWork() { --interruptible_work; }
    InterruptibleWork(const InterruptibleWork&) = delete;
    InterruptibleWork& operator=(const InterruptibleWork&) = delete;
};

} // namespace gwsd
