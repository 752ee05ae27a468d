#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>

namespace gwsd::infer {

/// Hands values from one thread to another, at most `capacity` waiting. Either side may end it; a side that ends it
/// with an exception lets the other throw that.
template <class T>
class BoundedQueue {
public:
    explicit BoundedQueue(std::size_t capacity) : capacity_(capacity) {}

    /// False if the other side ended the queue without an error.
    bool push(T value)
    {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [&] { return values_.size() < capacity_ || ended_; });
        if (error_) std::rethrow_exception(error_);
        if (ended_) return false;
        values_.push_back(std::move(value));
        changed_.notify_all();
        return true;
    }

    /// Nothing at the end, after the values that were pushed before.
    std::optional<T> pop()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        changed_.wait(lock, [&] { return !values_.empty() || ended_; });
        if (error_) std::rethrow_exception(error_);
        if (values_.empty()) return std::nullopt;
        std::optional<T> value(std::move(values_.front()));
        values_.pop_front();
        changed_.notify_all();
        return value;
    }

    void end(std::exception_ptr error = nullptr)
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        ended_ = true;
        if (error && !error_) error_ = error;
        changed_.notify_all();
    }

private:
    std::size_t capacity_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::deque<T> values_;
    bool ended_ = false;
    std::exception_ptr error_;
};

} // namespace gwsd::infer
