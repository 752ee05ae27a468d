#pragma once

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/core/message.hpp"
#include "gwsd/core/progress.hpp"

namespace gwsd::cli {

/// Names the parts of a long job as they begin and keeps the seconds that each took.
class Stages {
public:
    template <class Body>
    auto run(const std::string& name, const std::string& what, const Body& body)
    {
        say("== " + name + ": " + what);
        const Timer timer{*this, name};
        return body();
    }
    /// "world 12 s, prepare 5 s, ...; together 96 s"
    std::string summary() const
    {
        std::string text;
        double total = 0;
        for (const auto& [name, seconds] : seconds_) {
            text += name + " " + duration_text(seconds) + ", ";
            total += seconds;
        }
        return text + "together " + duration_text(total);
    }

private:
    using Clock = std::chrono::steady_clock;
    struct Timer {
        Stages& stages;
        std::string name;
        Clock::time_point start = Clock::now();
        ~Timer() { stages.seconds_.emplace_back(name, std::chrono::duration<double>(Clock::now() - start).count()); }
    };

    std::vector<std::pair<std::string, double>> seconds_;
};

} // namespace gwsd::cli
