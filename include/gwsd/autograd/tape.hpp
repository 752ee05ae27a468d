#pragma once

#include <memory>
#include <utility>
#include <vector>

namespace gwsd {

/// Operations push what undoes them as they run; backward is a loop from the end that frees each step after it ran.
/// A tape records from its construction to its end, on the thread that made it; the newest one on a thread is active.
class Tape {
public:
    Tape() : previous_(std::exchange(active_slot(), this)) {}
    ~Tape() { active_slot() = previous_; }
    Tape(const Tape&) = delete;
    Tape& operator=(const Tape&) = delete;

    static Tape* active() { return active_slot(); }
    static bool recording() { return active_slot() != nullptr; }

    template <class Function>
    void push(Function function)
    {
        steps_.push_back(std::make_unique<Held<Function>>(std::move(function)));
    }

    /// Runs all steps, last first, and forgets them.
    void run_backward()
    {
        const Paused paused; // a backward function that calls operations must not record them
        while (!steps_.empty()) {
            const auto step = std::move(steps_.back());
            steps_.pop_back();
            step->run();
        }
    }

    std::size_t size() const { return steps_.size(); }

    /// No recording while it lives: for validation, and inside recomputed parts.
    class Paused {
    public:
        Paused() : previous_(std::exchange(active_slot(), nullptr)) {}
        ~Paused() { active_slot() = previous_; }
        Paused(const Paused&) = delete;
        Paused& operator=(const Paused&) = delete;

    private:
        Tape* previous_;
    };

private:
    // std::function would need copyable steps; a step owns tensors and is only moved.
    struct Step {
        virtual ~Step() = default;
        virtual void run() = 0;
    };
    template <class Function>
    struct Held : Step {
        explicit Held(Function f) : function(std::move(f)) {}
        void run() override { function(); }
        Function function;
    };

    static Tape*& active_slot()
    {
        static thread_local Tape* active = nullptr;
        return active;
    }

    std::vector<std::unique_ptr<Step>> steps_;
    Tape* previous_;
};

} // namespace gwsd
