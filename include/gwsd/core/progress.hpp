#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "gwsd/core/interrupt.hpp"
#include "gwsd/core/message.hpp"

namespace gwsd {

/// "1 h 05 min", "3 min 20 s", "12 s".
inline std::string duration_text(double seconds)
{
    const auto whole = static_cast<std::int64_t>(seconds + 0.5);
    if (whole >= 3600) return std::to_string(whole / 3600) + " h " + std::to_string(whole / 60 % 60) + " min";
    if (whole >= 60) return std::to_string(whole / 60) + " min " + std::to_string(whole % 60) + " s";
    return std::to_string(whole) + " s";
}

/// A bar with time left on a terminal; a plain line every ten seconds elsewhere, so that batch logs stay readable.
/// Between two steps the work can be interrupted.
class Progress {
public:
    Progress(std::string title, std::int64_t total) : title_(std::move(title)), total_(total), start_(Clock::now()) {}
    Progress(const Progress&) = delete;
    Progress& operator=(const Progress&) = delete;
    ~Progress()
    {
        if (drawn_) std::fputs("\r\033[K", stderr);
    }

    /// Tells that `done` of the total steps are behind us; `text` is shown beside the bar. Throws Interrupted.
    void update(std::int64_t done, const std::string& text = {})
    {
        if (const int signal = interrupting_signal) throw Interrupted{signal};
        if (verbosity() == Verbosity::quiet || total_ <= 0) return;
        const auto now = Clock::now();
        const bool terminal = on_terminal();
        const std::chrono::duration<double> since_last = now - last_, elapsed = now - start_;
        if (since_last.count() < (terminal ? 0.1 : 10.0) && !(terminal && done == total_)) return;
        if (!terminal && elapsed.count() < 10.0) return;
        last_ = now;
        const double left =
            done > 0 ? elapsed.count() * static_cast<double>(total_ - done) / static_cast<double>(done) : 0;
        const auto percent = static_cast<int>(100 * done / total_);
        std::string line = title_ + " " + std::to_string(percent) + " %, " + duration_text(left) + " left";
        if (!text.empty()) line += ", " + text;
        if (terminal) {
            const int filled = percent / 5;
            const std::string bar = std::string(static_cast<std::size_t>(filled), '#') +
                                    std::string(static_cast<std::size_t>(20 - filled), '.');
            std::fprintf(stderr, "\r\033[K[%s] %s", bar.c_str(), line.c_str());
            drawn_ = true;
        } else {
            std::fprintf(stderr, "%s\n", line.c_str());
        }
        std::fflush(stderr);
    }

private:
    using Clock = std::chrono::steady_clock;
    std::string title_;
    std::int64_t total_;
    Clock::time_point start_, last_{};
    bool drawn_ = false;
    InterruptibleWork work_;
};

} // namespace gwsd
