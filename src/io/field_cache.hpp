#pragma once

#include <cstddef>
#include <list>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gwsd/core/shape.hpp"

namespace gwsd::io {

/// Keeps the fields used last, up to a number of bytes. Safe to use from several threads.
class FieldCache {
public:
    using Field = std::shared_ptr<const std::vector<float>>;
    using Key = std::pair<std::string, Index>; ///< variable and step
    using Entry = std::pair<Key, Field>;

    explicit FieldCache(std::size_t bytes) : limit_(bytes) {}

    /// Null if it is not kept.
    Field find(const Key& key)
    {
        const std::lock_guard lock(mutex_);
        const auto found = entries_.find(key);
        if (found == entries_.end()) return nullptr;
        order_.splice(order_.begin(), order_, found->second.second);
        return found->second.first;
    }

    /// Returns the fields that had to go for it; the field itself if it is larger than all that may be kept.
    std::vector<Entry> keep(const Key& key, const Field& field)
    {
        const std::lock_guard lock(mutex_);
        const std::size_t bytes = field->size() * sizeof(float);
        if (entries_.contains(key)) return {};
        if (bytes > limit_) return {{key, field}};
        std::vector<Entry> gone;
        while (used_ + bytes > limit_) {
            const auto oldest = entries_.find(order_.back());
            used_ -= oldest->second.first->size() * sizeof(float);
            gone.emplace_back(oldest->first, oldest->second.first);
            entries_.erase(oldest);
            order_.pop_back();
        }
        order_.push_front(key);
        entries_[key] = {field, order_.begin()};
        used_ += bytes;
        return gone;
    }

private:
    std::mutex mutex_;
    std::size_t limit_, used_ = 0;
    std::list<Key> order_; ///< most recently used first
    std::map<Key, std::pair<Field, std::list<Key>::iterator>> entries_;
};

} // namespace gwsd::io
