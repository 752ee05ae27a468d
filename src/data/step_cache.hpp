#pragma once

#include <cstddef>
#include <functional>
#include <future>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::data {

/// Fields by step, made once and kept while they fit in `bytes`; the one asked for longest ago goes first. Safe to use
/// from several threads: who asks for a field that another thread is making waits for it.
class StepCache {
public:
    using Field = std::shared_ptr<const std::vector<float>>;

    explicit StepCache(std::size_t bytes) : limit_(bytes) {}

    Field get(Index t, const std::function<Field()>& make)
    {
        std::promise<Field> promise;
        {
            std::unique_lock<std::mutex> lock(mutex_);
            if (const auto found = entries_.find(t); found != entries_.end()) {
                order_.splice(order_.begin(), order_, found->second.place);
                const std::shared_future<Field> field = found->second.field;
                lock.unlock();
                return field.get();
            }
            order_.push_front(t);
            entries_[t] = {promise.get_future().share(), order_.begin(), 0};
        }
        try {
            const Field field = make();
            promise.set_value(field);
            keep(t, field->size() * sizeof(float));
            return field;
        } catch (...) {
            promise.set_exception(std::current_exception());
            forget(t); // the next request tries again
            throw;
        }
    }

private:
    struct Entry {
        std::shared_future<Field> field;
        std::list<Index>::iterator place;
        std::size_t bytes = 0; ///< 0 while it is being made
    };

    void keep(Index t, std::size_t bytes)
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        entries_.at(t).bytes = bytes;
        used_ += bytes;
        for (auto last = order_.end(); used_ > limit_ && last != order_.begin();) {
            --last;
            const auto entry = entries_.find(*last);
            if (*last == t || entry->second.bytes == 0) continue;
            used_ -= entry->second.bytes;
            entries_.erase(entry);
            last = order_.erase(last);
        }
    }

    void forget(Index t)
    {
        const std::lock_guard<std::mutex> lock(mutex_);
        const auto entry = entries_.find(t);
        order_.erase(entry->second.place);
        entries_.erase(entry);
    }

    std::size_t limit_, used_ = 0;
    std::mutex mutex_;
    std::map<Index, Entry> entries_;
    std::list<Index> order_; ///< most recently asked for first
};

} // namespace gwsd::data
