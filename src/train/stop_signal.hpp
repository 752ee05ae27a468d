#pragma once

namespace gwsd::train {

/// While it lives, SIGINT, SIGTERM and SIGUSR1 ask for an end that saves first; a second one ends the process at once
/// with 128 + its number (130, 143, 138). What handled the signals before is put back at the end.
class StopSignals {
public:
    StopSignals();
    ~StopSignals();
    StopSignals(const StopSignals&) = delete;
    StopSignals& operator=(const StopSignals&) = delete;

    /// True once a signal has come.
    static bool requested();
    /// "SIGTERM" etc.; empty if none has come.
    static const char* name();
    /// Throws StoppedEarly if a signal has come: for work that has nothing to save yet.
    static void throw_if_requested();
};

} // namespace gwsd::train
