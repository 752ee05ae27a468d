#pragma once

#include <condition_variable>
#include <deque>
#include <exception>
#include <functional>
#include <mutex>
#include <thread>

#include "gwsd/core/shape.hpp"

namespace gwsd::data {

/// Makes items begin, begin + 1, ... end - 1 in order on a thread of its own, at most `ahead` of the one that next()
/// gives, so that reading and cutting of tiles runs beside the arithmetic of training. What make() throws, next()
/// throws.
template <class Item>
class Prefetch {
public:
    Prefetch(Index begin, Index end, std::function<Item(Index)> make, std::size_t ahead = 2)
        : make_(std::move(make)), ahead_(ahead), worker_([this, begin, end] { work(begin, end); })
    {
    }
    ~Prefetch()
    {
        {
            const std::lock_guard<std::mutex> lock(mutex_);
            stopping_ = true;
        }
        room_.notify_all();
        worker_.join();
    }
    Prefetch(const Prefetch&) = delete;
    Prefetch& operator=(const Prefetch&) = delete;

    /// The next item; not to be called more than end - begin times.
    Item next()
    {
        std::unique_lock<std::mutex> lock(mutex_);
        filled_.wait(lock, [this] { return !items_.empty() || error_; });
        if (items_.empty()) std::rethrow_exception(error_);
        Item item = std::move(items_.front());
        items_.pop_front();
        lock.unlock();
        room_.notify_one();
        return item;
    }

private:
    void work(Index begin, Index end)
    {
        try {
            for (Index i = begin; i < end; ++i) {
                {
                    std::unique_lock<std::mutex> lock(mutex_);
                    room_.wait(lock, [this] { return stopping_ || items_.size() < ahead_; });
                    if (stopping_) return;
                }
                Item item = make_(i);
                const std::lock_guard<std::mutex> lock(mutex_);
                items_.push_back(std::move(item));
                filled_.notify_one();
            }
        } catch (...) {
            const std::lock_guard<std::mutex> lock(mutex_);
            error_ = std::current_exception();
            filled_.notify_one();
        }
    }

    std::function<Item(Index)> make_;
    std::size_t ahead_;
    std::mutex mutex_;
    std::condition_variable filled_, room_;
    std::deque<Item> items_;
    std::exception_ptr error_;
    bool stopping_ = false;
    std::thread worker_; ///< last: it uses the others
};

} // namespace gwsd::data
